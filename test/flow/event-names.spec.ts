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

const paid = {
  event: ['Bought', 'Renewed'],
  where: {
    $any: [
      { $name: 'Bought', total: { gt: 50 } },
      { $name: 'Renewed', plan: 'pro' },
    ],
  },
};
const bought = (userId: string, ago: number, total: number) =>
  did('Bought', userId, ago, { properties: { total, $name: 'Renewed', plan: 'pro' } });
const renewed = (userId: string, ago: number, plan: string) =>
  did('Renewed', userId, ago, { properties: { plan, $name: 'Bought', total: 99 } });

it('events of several kinds pass by the filter of their name, as they come, from what is stored, and late', async () => {
  const twice = { ...paid, count: { gte: 2 }, within: 'P30D' };
  const moving = { ...paid, where: { $at: { after: '2026-01-01' }, ...paid.where }, count: { gte: 2 } };
  const named = { event: ['Bought', 'Renewed'], where: { $name: { ne: 'Bought' } }, count: { gte: 2 } };
  const steps = {
    sequence: [
      { event: '*', where: paid.where },
      { event: 'Seen', within: 'PT2H' },
    ],
  };
  const rules = { twice, moving, steps };
  const live = Object.keys(rules);
  for (const [key, rule] of Object.entries(rules)) await segment(key, rule);
  await arrive(bought('ana', HOUR, 60), bought('ana', HOUR, 40), renewed('ana', HOUR, 'free'));
  await arrive(renewed('ben', HOUR, 'pro'), renewed('ben', HOUR, 'free'), did('Seen', 'ana', 0));
  expect(await Promise.all(live.map(members))).toEqual([[], [], ['ana']]);
  await arrive(renewed('ana', 2 * HOUR, 'pro'));
  expect(await Promise.all(live.map(members))).toEqual([['ana'], ['ana'], ['ana']]);

  const built = [
    await segment('built', twice),
    await segment('latest', { ...paid, last: { $name: 'Bought' } }),
  ];
  expect(await Promise.all(built.map(members))).toEqual([['ana'], ['ana']]);
  expect(await members(await segment('named', named))).toEqual(['ana', 'ben']);

  await world.restart();
  const device = { anonymousId: 'd' };
  const { userId: _, ...other } = bought('', 0, 70);
  await arrive({ ...other, ...device }, { ...said('ben'), ...device });
  const all = await Promise.all([...live, ...built, 'named'].map(members));
  const both = ['ana', 'ben'];
  expect(all).toEqual([both, both, ['ana'], both, both, both]);
  const late = { ...did('Seen', '', 0), userId: 'ben' };
  await arrive(late);
  expect(await members('steps')).toEqual(both);

  const why = await api.call('POST', '/contacts/user:ana/why', { rule: twice });
  expect(why.body.because).toMatchObject({ value: true, because: { count: 2 } });
  const preview = await api.call('POST', '/segments/preview', { rule: twice });
  expect(preview.body.size).toMatchObject({ estimate: 2 });
  const question = wholeRule((parseRule(twice) as { rule: Rule }).rule, () => undefined);
  const ana = (await findContact(api.test.database, 'user:ana'))!;
  expect(await holdsByFolding(api.test.database, question, ana, world.clock.now())).toBe(true);
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
