import type { Fact } from '@entente/event';
import { HOUR, SECOND, type Instant, type JsonObject } from '@entente/kernel';
import { parseRule, wholeRule, type Rule } from '@entente/segment';
import { findContact, loadFacts } from '@entente/storage';
import { holdsByFolding } from '../../libs/storage/preview/fold-person';
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

const did = (name: string, userId: string, ago: number, more: Partial<Fact> = {}): Fact => ({
  v: 1,
  type: 'track',
  name,
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now() - ago,
  userId,
  properties: { n: count },
  ...more,
});
const said = (userId: string): Fact => {
  const { name: _, properties: __, ...fact } = did('', userId, 0);
  return { ...fact, type: 'identify', traits: { plan: `${count}` } };
};

const arrive = async (...facts: Fact[]): Promise<void> => {
  world.clock.moveTo(world.clock.now() + SECOND);
  for (const fact of facts) await world.arrive(fact);
  await world.readAll();
};

const segment = async (key: string, rule: object): Promise<string> => {
  await author.segment(key, rule as JsonObject);
  await world.passTo(world.clock.now() + SECOND);
  await world.work();
  return key;
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

const since = { event: '*', since: { event: 'Bought' }, count: { gte: 2 } };
const either = { event: ['Bought', 'Seen'], count: { gte: 2 } };
const everything = { event: ['*', 'Identified'], count: { gte: 5 } };
const read = { event: '*', where: { n: { gt: 0 } }, count: { gte: 3 } };

it('whatever somebody does is taken in as it comes, from what is stored, and late', async () => {
  const live = await segment('live', since);
  await arrive(said('ana'), said('ana'), said('ana'), did('Seen', 'ana', HOUR), did('Tried', 'ana', HOUR));
  await arrive(did('Bought', 'ben', HOUR), said('ben'), said('ben'), did('Tried', 'ben', 0));
  expect(await members(live)).toEqual([]);
  await arrive(did('Bought', 'ana', 2 * HOUR));
  expect(await members(live)).toEqual(['ana']);

  await author.segment('everything', everything);
  await author.segment('read', read);
  const built = [await segment('built', since), await segment('either', either), 'read', 'everything'];
  expect(await Promise.all(built.map(members))).toEqual([['ana'], ['ana'], ['ana'], ['ana']]);

  await world.restart();
  const device = { anonymousId: 'd' };
  const { userId: _, ...seen } = did('Seen', '', 0, device);
  await arrive(seen, { ...said('ben'), ...device });
  expect(await Promise.all(['live', ...built].map(members))).toEqual([
    ['ana', 'ben'],
    ['ana', 'ben'],
    ['ana', 'ben'],
    ['ana', 'ben'],
    ['ana', 'ben'],
  ]);
  expect(world.reports).toEqual([]);
});

it('is explained and counted without what tells who somebody is', async () => {
  await segment('live', since);
  await arrive(did('Bought', 'cid', HOUR), did('Seen', 'cid', 0), said('cid'), did('Tried', 'cid', 0));
  const why = await api.call('POST', '/contacts/user:cid/why', { rule: { event: '*', count: 3 } });
  expect(why.body.because).toMatchObject({ value: true, because: { count: 3 } });
  const preview = await api.call('POST', '/segments/preview', { rule: either });
  expect(preview.body.size).toMatchObject({ estimate: 1 });
  const question = wholeRule((parseRule(since) as { rule: Rule }).rule, () => undefined);
  const cid = (await findContact(api.test.database, 'user:cid'))!;
  expect(await holdsByFolding(api.test.database, question, cid, world.clock.now())).toBe(true);
  await arrive(said('cid'), said('cid'), said('cid'));
  const few = await loadFacts(api.test.database, { contacts: [cid], events: ['*'], mostEvents: 3 });
  expect(few.get(cid)!.known.history).toHaveLength(3);
});

it('what Entente told of lists counts, and what others send under its names does not', async () => {
  const joined = { event: 'List Joined', own: true, where: { list: 'vip' } };
  await segment('joined', { ...joined, within: 'P1D' });
  await segment('since', { event: 'Bought', since: joined });
  await arrive(did('List Joined', 'ana', 0, { properties: { list: 'vip' } }), said('ben'), said('ana'));
  await api.call('PUT', '/lists/vip', { name: 'VIP' });
  await api.call('POST', '/lists/vip/members', { add: ['user:ben'] });
  await world.work();
  await world.readAll();
  await arrive(did('Bought', 'ana', 0), did('Bought', 'ben', 0));
  expect([await members('joined'), await members('since')]).toEqual([['ben'], ['ben']]);
  const unknown = { event: 'Bought', since: { ...joined, where: { list: 'nope' } } };
  const refused = await api.call('PUT', '/segments/unknown', { name: 'Unknown', rule: unknown });
  expect(refused.status).toBe(422);
  expect(refused.body.problems).toMatchObject([{ path: 'rule.since.where.list' }]);
  await segment('later', { event: 'Bought', since: joined });
  expect(await members('later')).toEqual(['ben']);
});

it('takes no track call for what somebody has been, whatever its name', async () => {
  const been = { event: 'Identified', where: { plan: 'pro' } };
  await segment('kept', been);
  const spoof = did('Identified', 'ben', 0, { properties: { plan: 'pro' } });
  const pro = { ...said('ana'), traits: { plan: 'pro' } };
  await arrive(pro, spoof, { ...said('ana'), traits: { plan: 'free' } });
  const all = [
    'kept',
    await segment('built', been),
    await segment('late', { ...been, first: {}, within: 'P1D' }),
  ];
  expect(await Promise.all(all.map(members))).toEqual([['ana'], ['ana'], ['ana']]);
  const ever = await segment('ever', { event: 'Identified' });
  expect(await members(ever)).toEqual(['ana']);

  const why = await api.call('POST', '/contacts/user:ben/why', { rule: been });
  expect(why.body.because).toMatchObject({ value: false, because: { count: 0 } });
  const question = wholeRule((parseRule(been) as { rule: Rule }).rule, () => undefined);
  const ben = (await findContact(api.test.database, 'user:ben'))!;
  expect(await holdsByFolding(api.test.database, question, ben, world.clock.now())).toBe(false);
});
