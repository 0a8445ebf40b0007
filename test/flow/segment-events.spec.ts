import type { Fact } from '@entente/event';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '@entente/kernel';
import { findContact, publish } from '@entente/storage';
import { rereadProfiles } from '../../apps/engine/jobs/reread-profiles';
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
  await at(0, bought('ana', { properties: { total: 5 } }), bought('ben'));
  await segment('paid', { event: 'Bought', where: { total: { gt: 1 } } }, { events: true });
  expect([await members('paid'), await told()]).toEqual([['ana'], []]);
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
  expect((await api.call('GET', '/segments/active')).body).toMatchObject({ events: true, version: 3 });
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
  expect(await api.call('PATCH', '/segments/active', { events: false, dryRun: true })).toMatchObject({
    status: 409,
  });
  const both = [await api.call('PATCH', '/segments/active', { events: false }), await put('active', active)];
  expect(both.map(({ status }) => status)).toEqual([409, 409]);
  expect((await api.call('DELETE', '/segments/active')).status).toBe(409);
  const seen = { event: 'Seen', where: { segment: 'active' } };
  await api.call('PUT', '/lists/home', { name: 'Home' });
  await segment('beside', { event: 'List Joined', own: true, where: { list: 'home' }, since: seen });
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
  await segment('active', active, { events: true });
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
  const into = passage('Segment Entered', 'b');
  for (const circle of [
    { event: 'X', since: into },
    { event: 'X', ratio: { to: passage('Segment Left', { in: ['b', 'active'] }), gte: 1 } },
    { event: 'X', sum: { of: 'n', less: { ...into, of: 'chain' }, gte: 1 } },
    { sequence: [into, { event: 'X' }] },
    { sequence: [{ event: 'X' }, { not: into, within: 'PT1H' }] },
    { sequence: [{ event: 'X' }, { event: 'Y', without: into }] },
    { event: 'X', where: { day: { withinLast: 'P1D' } }, since: into },
  ])
    expect((await problems('a', circle)).map((problem) => problem.split(' ')[1])).toContain('segment-cycle');
  for (const odd of [
    { event: 'Segment Left', own: true },
    { event: 'Segment Left', where: { segment: 'a' } },
    passage('Segment Left', { startsWith: 'a' }),
    { event: 'Segment Left', own: true, where: { $any: [{ segment: 'a' }, { chain: { exists: true } }] } },
  ])
    expect(await problems('d', odd)).toEqual(['rule passage']);
});

const steps = [{ id: 'hello', send: 'hello' }];
const campaignOf = async (key: string, trigger: object): Promise<void> => {
  await author.mailNeeds('news', 'shop', 'hello');
  await author.campaign(key, { topic: 'news', from: 'shop', triggers: [trigger], steps }, start);
};
const walks = async (): Promise<string[]> =>
  (
    await api.test.database.query<{ key: string }>('SELECT campaign_key AS key FROM enrollment ORDER BY 1')
  ).map(({ key }) => key);

it('tells of an import so that no campaign starts, and of what is too old for one so that none does', async () => {
  await segment('active', { event: 'Bought', count: { gte: 2 } }, { events: true });
  await segment('came', passage('Segment Entered'));
  await campaignOf('greet', { segment: 'came' });
  const imported = () => bought('ben', { cause: 'import' });
  await at(MINUTE, bought('ana'), imported());
  await at(2 * MINUTE, imported());
  await world.passTo(start + 5 * DAY);
  await world.arrive({ ...bought('ana'), timestamp: start + DAY });
  await world.readAll();
  await goRound();
  expect([await members('active'), await members('came')]).toEqual([
    ['ana', 'ben'],
    ['ana', 'ben'],
  ]);
  expect([(await told()).length, await walks()]).toEqual([2, []]);
  await at(5 * DAY + MINUTE, bought('cid'), bought('cid'));
  expect([(await told()).length, await walks()]).toEqual([3, ['greet']]);
});

it('lets nobody be in a segment who has not entered it, not for an instant', async () => {
  await segment('vip', { event: 'Bought' }, { events: true });
  await segment('veteran', {
    all: [{ segment: 'vip' }, { not: { ...passage('Segment Entered', 'vip'), within: 'P30D' } }],
  });
  await campaignOf('thanks', { segment: 'veteran' });
  await at(MINUTE, bought('ana'));
  expect((await api.call('GET', '/segments/veteran/history')).body).toMatchObject({ items: [], next: null });
  expect(await walks()).toEqual([]);
  await at(30 * DAY + 2 * MINUTE);
  expect([await members('veteran'), await walks()]).toEqual([['ana'], ['thanks']]);
});

it('has those of one instant in their order', async () => {
  await segment('on', { event: 'Switched', last: { on: true } }, { events: true });
  const [into, out] = [passage('Segment Entered', 'on'), passage('Segment Left', 'on')];
  await segment('gone', { ...out, since: into });
  await segment('funnel', { sequence: [into, out] });
  await world.passTo(start + MINUTE);
  for (const user of ['ana', 'ben', 'cid'])
    for (const [on, ago] of [
      [true, 30],
      [false, 20],
      [true, 10],
      [false, 5],
    ] as const)
      await world.arrive({
        ...bought(user, { name: 'Switched', properties: { on } }),
        timestamp: start + MINUTE - ago * SECOND,
      });
  await world.readAll();
  await goRound();
  expect(await told()).toHaveLength(12);
  expect([await members('on'), await members('gone'), await members('funnel')]).toEqual([
    [],
    ['ana', 'ben', 'cid'],
    ['ana', 'ben', 'cid'],
  ]);
});

it.each(['new', 'known'])('has somebody %s enter once who was in it before they signed in', async (kind) => {
  await segment('active', { event: 'Bought' }, { events: true });
  await segment('twice', { ...passage('Segment Entered'), count: { gte: 2 } });
  await segment('came', passage('Segment Entered'));
  const { userId: _, ...unnamed } = bought('', { anonymousId: 'd' });
  const named = () => bought('ana', { type: 'identify', traits: {} });
  if (kind === 'known') await at(MINUTE / 2, named());
  await at(MINUTE, unnamed);
  await at(2 * MINUTE, { ...named(), anonymousId: 'd' });
  expect([await members('active'), await members('came'), await members('twice')]).toEqual([
    ['ana'],
    ['ana'],
    [],
  ]);
  expect((await told()).map(({ name }) => name)).toEqual(['Segment Entered']);
});

it('tells that somebody left who is in it no more as one person', async () => {
  await segment('once', { event: 'Bought', count: 1 }, { events: true });
  await segment('went', passage('Segment Left', 'once'));
  const { userId: _, ...unnamed } = bought('', { anonymousId: 'd' });
  await at(MINUTE / 2, bought('ana'), bought('ana'));
  await at(MINUTE, unnamed);
  const before = (await told()).length;
  await at(2 * MINUTE, bought('ana', { type: 'identify', anonymousId: 'd', traits: {} }));
  expect([await members('once'), await members('went')]).toEqual([[], ['ana']]);
  expect((await told()).slice(before).map(({ name }) => name)).toEqual(['Segment Left']);
});

it('knows what it told of somebody of whom an event comes late in the same batch', async () => {
  await segment('active', active, { events: true });
  await segment('then', { sequence: [passage('Segment Entered'), { event: 'Seen' }] });
  await at(MINUTE, bought('ana', { name: 'Seen' }));
  await world.passTo(start + 10 * MINUTE);
  const seen = (ago: number) => ({
    ...bought('ana', { name: 'Seen' }),
    timestamp: world.clock.now() - ago,
  });
  await world.arrive({ ...bought('ana'), timestamp: world.clock.now() });
  await world.arrive(seen(5 * MINUTE));
  world.clock.moveTo(world.clock.now() + SECOND);
  await world.arrive(seen(0));
  await world.readAll();
  expect(await members('then')).toEqual(['ana']);
});

it('tells whom another precedence of sources brings in and takes out', async () => {
  const crm = await author.source('crm', true, 60);
  await segment('pro', { trait: 'plan', eq: 'pro' }, { events: true });
  const says = (plan: string, source: number) =>
    bought('ana', { type: 'identify', traits: { plan }, source });
  await at(MINUTE, says('free', server), says('pro', crm));
  for (const precedence of [10, 60]) {
    await api.call('PATCH', '/sources/crm', { precedence });
    await world.passTo(world.clock.now() + MINUTE);
    while (await rereadProfiles(world.engine));
    await goRound();
  }
  expect((await told()).map(({ name }) => name)).toEqual(['Segment Entered', 'Segment Left']);
});

it('starts campaigns on identify calls, and on no track call of their name', async () => {
  await campaignOf('greet', { event: 'Identified' });
  await campaignOf('pro', { event: 'Identified', where: { plan: 'pro' } });
  await at(MINUTE, bought('ben', { name: 'Identified', properties: { plan: 'pro' } }));
  expect(await walks()).toEqual([]);
  await at(2 * MINUTE, bought('ana', { type: 'identify', traits: { plan: 'pro' } }));
  expect(await walks()).toEqual(['greet', 'pro']);
});

it('starts no campaign by its events, but by the segment itself', async () => {
  await author.mailNeeds('news', 'shop', 'hello');
  await segment('active', active, { events: true });
  const triggers = [{ event: 'Segment Entered' }];
  const { status, body } = await api.call('PUT', '/campaigns/greet', {
    topic: 'news',
    from: 'shop',
    triggers,
    steps,
  });
  expect(status).toBe(422);
  expect(body.problems).toMatchObject([{ path: 'triggers[0].event', code: 'passage' }]);
});

it('is read where a rule of the release before asks for what there is not, and can be renamed', async () => {
  await segment('old', { event: 'Email Clicked', own: true, where: { url: 'https://shop.example/' } });
  const odd = {
    event: 'Email Clicked',
    own: true,
    where: { 'url.host': { exists: true } },
    count: { gte: 1 },
  };
  await api.test.database.transaction(async (tx) => {
    await publish(tx);
    await tx.run('UPDATE segment_version SET rule = $1', [JSON.stringify(odd)]);
  });
  await at(MINUTE, bought('ana'));
  await segment('other', active);
  expect(await members('other')).toEqual(['ana']);
  expect(await api.call('PATCH', '/segments/old', { name: 'Old' })).toMatchObject({ status: 200 });
  expect(await put('old', { all: [odd, { event: 'X' }] })).toMatchObject({ status: 422 });
});

it('goes round no circle by a stored rule that does not say whose events it counts', async () => {
  await segment('a', { event: 'X' }, { events: true });
  await segment('bought', { event: 'Bought' });
  const entered = { event: 'Segment Entered' };
  const odd = {
    any: [
      { all: [{ event: 'Bought' }, { not: entered }] },
      { ...entered, ratio: { to: { event: 'Segment Left' }, eq: 1 } },
    ],
  };
  await api.test.database.transaction(async (tx) => {
    await publish(tx);
    await tx.run(`UPDATE segment_version SET rule = $1 WHERE segment_key = 'a'`, [JSON.stringify(odd)]);
  });
  await at(MINUTE, bought('ana'), bought('ben', { name: 'X' }));
  const marked = await api.test.database.query('SELECT repair FROM contact WHERE repair IS NOT NULL');
  expect(marked).toEqual([{ repair: expect.stringContaining('in a circle') as string }]);
  expect(await told()).toEqual([]);
});
