import type { Fact } from '@entente/event';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '@entente/kernel';
import { findContact } from '@entente/storage';
import { TestApi } from '../support/api';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';

const start = Date.UTC(2026, 0, 5, 9);

let world: EngineWorld;
let api: TestApi;
let author: Author;
let server: number;
let count = 0;

beforeEach(async () => {
  api = await TestApi.start({ clock: { now: (): Instant => world?.clock.now() ?? start } });
  world = new EngineWorld(api.test.database, start);
  author = new Author(api.test.database);
  server = await author.source('server', true, 50);
});
afterEach(() => api.close());

const bought = (userId: string, more: Partial<Fact> = {}): Fact => ({
  v: 1,
  type: 'track',
  name: 'Bought',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  userId,
  properties: {},
  ...more,
});

/** What was told is heard, and what that makes true told in turn. */
const goRound = async (): Promise<void> => {
  for (let time = 0; time < 3; time += 1) await world.work();
};
const at = async (after: number, ...facts: Fact[]): Promise<void> => {
  await world.passTo(start + after);
  await world.arrive(...facts.map((fact) => ({ ...fact, timestamp: world.clock.now() })));
  await world.readAll();
  await goRound();
};

const put = (key: string, rule: object, more: object = {}) =>
  api.call('PUT', `/segments/${key}`, { rule, ...more });

/** Written and live. */
const segment = async (key: string, rule: object, more: object = {}): Promise<void> => {
  expect(await put(key, rule, more)).toMatchObject({ status: 202 });
  await world.passTo(world.clock.now() + SECOND);
  await goRound();
};

async function members(key: string): Promise<string[]> {
  const { items } = (await api.call('GET', `/segments/${key}/members`)).body as {
    items: { contact: string }[];
  };
  const all = ['ana', 'ben', 'cid'].map(
    async (user) => [`id:${await findContact(api.test.database, `user:${user}`)}`, user] as const,
  );
  const names = new Map<string, string>(await Promise.all(all));
  return items.map(({ contact }) => names.get(contact)!).sort();
}

const told = () =>
  api.test.database.query<{ name: string; after: number; properties: object }>(
    `SELECT name, floor(extract(epoch FROM at) - ${start / SECOND})::int * 1000 AS after, properties FROM event
     WHERE name LIKE 'Segment %' ORDER BY at, name`,
  );

const active = { event: 'Bought', within: 'PT1H' };
const passage = (name: 'Segment Entered' | 'Segment Left', segment: unknown = 'active') => ({
  event: name,
  own: true,
  where: { segment },
});

it('counts entries and exits, by events and by time alone, whatever else bears their name', async () => {
  await segment('active', active, { events: true });
  await segment('came', { ...passage('Segment Entered'), within: 'P1D' });
  await segment('went', passage('Segment Left', { in: ['active'] }));
  await segment('twice', { ...passage('Segment Entered', { eq: 'active' }), count: { gte: 2 } });
  await at(MINUTE, bought('ana'));
  const spoof = { name: 'Segment Entered', properties: { segment: 'active', made: 'up' } };
  await at(2 * MINUTE, bought('ana'), bought('ben', spoof));
  expect([await members('came'), await members('went')]).toEqual([['ana'], []]);
  await at(2 * HOUR);
  expect([await members('came'), await members('went'), await members('twice')]).toEqual([
    ['ana'],
    ['ana'],
    [],
  ]);
  await at(3 * HOUR, bought('ana'));
  expect(await members('twice')).toEqual(['ana']);
  await segment('built', { ...passage('Segment Entered'), count: { gte: 2 }, within: 'P1D' });
  expect(await members('built')).toEqual(['ana']);
  await at(DAY + 2 * HOUR);
  expect([await members('came'), await members('built')]).toEqual([['ana'], []]);
  await at(DAY + 3 * HOUR + SECOND);
  expect(await members('came')).toEqual([]);
  const enters = (after: number) => ({
    name: 'Segment Entered',
    after,
    properties: { segment: 'active' },
  });
  const leaves = (after: number) => ({ ...enters(after), name: 'Segment Left' });
  expect((await told()).filter(({ properties }) => !('made' in properties))).toEqual([
    enters(MINUTE),
    leaves(HOUR + 2 * MINUTE),
    enters(3 * HOUR),
    leaves(4 * HOUR),
  ]);
  expect(world.reports).toEqual([]);
});

it('tells nothing of whom a build or an edit brings in, unless its author wants them to count', async () => {
  await at(0, bought('ana'), bought('ben'));
  await segment('active', active, { events: true });
  await segment('came', passage('Segment Entered'));
  await segment('went', passage('Segment Left'));
  expect([await members('active'), await members('came')]).toEqual([['ana', 'ben'], []]);
  await segment('active', { ...active, count: { gte: 2 } }, { events: true });
  expect([await members('active'), await members('went')]).toEqual([[], []]);
  await at(MINUTE, bought('ana'));
  expect(await members('came')).toEqual(['ana']);
  await segment('active', active, { events: true, effects: 'start' });
  await goRound();
  expect([await members('active'), await members('came')]).toEqual([
    ['ana', 'ben'],
    ['ana', 'ben'],
  ]);
  expect(await told()).toHaveLength(2);
});

it('tells nothing while nobody asks for it, and no one who counts is left without', async () => {
  await segment('active', active);
  await at(MINUTE, bought('ana'));
  expect(await told()).toEqual([]);
  expect(await put('came', passage('Segment Entered'))).toMatchObject({
    status: 422,
    body: { problems: [{ path: 'rule.where.segment', code: 'unknown-teller' }] },
  });
  const patched = await api.call('PATCH', '/segments/active', { events: true });
  expect(patched).toMatchObject({ status: 200, body: { events: true, version: 1 } });
  await at(2 * MINUTE, bought('ben'));
  await segment('came', passage('Segment Entered'));
  expect(await members('came')).toEqual(['ben']);
  expect((await api.call('PATCH', '/segments/active', { name: 'Active' })).body).toMatchObject({
    events: true,
  });
  const both = [await api.call('PATCH', '/segments/active', { events: false }), await put('active', active)];
  expect(both.map(({ status }) => status)).toEqual([409, 409]);
  expect((await api.call('DELETE', '/segments/active')).status).toBe(409);
  await api.call('DELETE', '/segments/came');
  await api.call('PUT', '/lists/fair', { name: 'Fair' });
  await segment('fair', { event: 'List Joined', own: true, where: { list: { in: ['fair', 'fair'] } } });
  expect((await api.call('DELETE', '/lists/fair')).status).toBe(409);
  expect(await put('active', active)).toMatchObject({ status: 200, body: { events: false } });
  await at(3 * MINUTE, bought('cid'));
  expect(await told()).toHaveLength(1);
});

it('refuses a circle, and counting without saying of which segment', async () => {
  await segment('a', active, { events: true });
  await segment('b', passage('Segment Entered', 'a'), { events: true });
  const problems = async (key: string, rule: object) =>
    (
      (await put(key, rule, { events: true })).body as { problems: { path: string; code: string }[] }
    ).problems.map(({ path, code }) => `${path} ${code}`);
  expect(await problems('a', { not: passage('Segment Entered', 'b') })).toEqual([
    'rule.not.where.segment segment-cycle',
  ]);
  expect(await problems('a', { not: { segment: 'b' } })).toEqual(['rule.not.segment segment-cycle']);
  expect(await problems('c', { not: passage('Segment Left', 'c') })).toEqual([
    'rule.not.where.segment segment-cycle',
  ]);
  for (const odd of [
    { event: 'Segment Left', own: true },
    { event: 'Segment Left', where: { segment: 'a' } },
    passage('Segment Left', { startsWith: 'a' }),
    { event: 'Segment Left', own: true, where: { $any: [{ segment: 'a' }, { chain: { exists: true } }] } },
  ])
    expect(await problems('d', odd)).toEqual(['rule passage']);
});

it('tells who enters because of others or of an import so that no campaign starts, and of nobody who is part of another', async () => {
  await author.mailNeeds('news', 'shop', 'hello');
  const steps = [{ id: 'hello', send: 'hello' }];
  const triggers = [{ event: 'Segment Entered', where: { segment: 'active' } }];
  await author.campaign('greet', { topic: 'news', from: 'shop', triggers, steps }, start);
  const walks = async () =>
    (await api.test.database.query(`SELECT FROM enrollment WHERE campaign_key = 'greet'`)).length;
  await segment('active', { event: 'Bought', count: { gte: 2 } }, { events: true });
  await segment('came', passage('Segment Entered'));
  const { userId: _, ...unnamed } = bought('', { anonymousId: 'd' });
  await at(MINUTE, bought('ana'), unnamed, bought('ben', { cause: 'import' }));
  await at(2 * MINUTE, bought('ben', { cause: 'import' }));
  await at(3 * MINUTE, bought('ana', { type: 'identify', anonymousId: 'd', traits: {} }));
  expect([await members('active'), await members('came')]).toEqual([
    ['ana', 'ben'],
    ['ana', 'ben'],
  ]);
  expect([(await told()).length, await walks()]).toEqual([2, 0]);
  await at(4 * MINUTE, bought('cid'), bought('cid'));
  expect([(await told()).length, await walks()]).toEqual([3, 1]);
});
