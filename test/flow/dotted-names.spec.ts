import type { Fact } from '@entente/event';
import { SECOND, type Instant, type JsonObject } from '@entente/kernel';
import { findContact } from '@entente/storage';
import { TestApi } from '../support/api';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';

const start = Date.UTC(2026, 0, 5, 9);
const clock = { now: (): Instant => world?.clock.now() ?? start };

let world: EngineWorld | undefined;
let api: TestApi;
let author: Author;
let server: number;
let count = 0;

beforeAll(async () => {
  api = await TestApi.start({ clock });
  world = new EngineWorld(api.test.database, start);
  author = new Author(api.test.database);
  server = await author.source('server', true, 50);
});
afterAll(() => api.close());

const said = (userId: string, more: Pick<Fact, 'traits'> | Pick<Fact, 'name' | 'properties'>): Fact => ({
  v: 1,
  type: 'traits' in more ? 'identify' : 'track',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: clock.now(),
  userId,
  ...more,
});
const bought = (userId: string, properties: JsonObject): Fact => said(userId, { name: 'Bought', properties });

const arrive = async (...facts: Fact[]): Promise<void> => {
  world!.clock.moveTo(world!.clock.now() + SECOND);
  await world!.arrive(...facts);
  await world!.readAll();
};

const segment = async (key: string, rule: object): Promise<number> => {
  const version = await author.segment(key, rule as JsonObject);
  await world!.passTo(world!.clock.now() + SECOND);
  await world!.work();
  return version;
};

async function members(version: number): Promise<string[]> {
  const { database } = api.test;
  const sql = 'SELECT contact_id AS id FROM membership WHERE version_id = $1';
  const rows = await database.query<{ id: string }>(sql, [version]);
  const users = ['ana', 'ben', 'cid'];
  const ids = await Promise.all(users.map((user) => findContact(database, `user:${user}`)));
  return rows.map(({ id }) => users[ids.indexOf(id)]!).sort();
}

const fromNews = { event: 'Bought', where: { 'utm\\.source': 'news' } };
const paying = { trait: 'plan\\.name', eq: 'pro', changed: { withinLast: 'P7D' } };

it('names with a dot in them are told from fields, as they come and from what is stored', async () => {
  const live = [await segment('live', fromNews), await segment('live-trait', paying)];
  await arrive(bought('ana', { 'utm.source': 'news' }), bought('ben', { utm: { source: 'news' } }));
  await arrive(
    said('ben', { traits: { 'plan.name': 'pro' } }),
    said('cid', { traits: { plan: { name: 'pro' } } }),
  );
  const built = [
    await segment('built', fromNews),
    await segment('built-field', { event: 'Bought', where: { 'utm.source': 'news' } }),
    await segment('built-trait', paying),
    await segment('built-trait-field', { trait: 'plan.name', eq: 'pro' }),
  ];
  expect(await Promise.all([...live, ...built].map(members))).toEqual([
    ['ana'],
    ['ben'],
    ['ana'],
    ['ben'],
    ['ben'],
    ['cid'],
  ]);
  expect(world!.reports).toEqual([]);
});

it('they are written by the API, explained and counted in previews', async () => {
  const written = await api.call('PUT', '/segments/written', { name: 'Written', rule: paying });
  expect([written.status, written.body.rule]).toEqual([202, paying]);
  const why = await api.call('POST', '/contacts/user:ben/why', { rule: paying });
  expect(why.body.because).toMatchObject({ value: true, because: { found: 'pro' } });
  expect(why.body.traits).toMatchObject([{ name: 'plan.name', value: 'pro' }]);
  const preview = await api.call('POST', '/segments/preview', { rule: fromNews });
  expect(preview.body.size).toMatchObject({ estimate: 1 });
  const lone = await api.call('POST', '/segments/preview', { rule: { trait: 'a\\b', exists: true } });
  expect([lone.status, lone.body.problems]).toMatchObject([422, [{ path: 'rule.trait', code: 'path' }]]);
});
