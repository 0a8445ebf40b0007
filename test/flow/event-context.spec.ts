import type { Fact } from '@entente/event';
import { DAY, HOUR, SECOND, type Instant, type JsonObject } from '@entente/kernel';
import { parseRule, wholeRule, type Rule } from '@entente/segment';
import { findContact, lookAtAll } from '@entente/storage';
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

const fromNews = { campaign: { source: 'news', medium: 'email' }, os: { name: 'iOS' } };
const viewed = (userId: string, context?: JsonObject, more: Partial<Fact> = {}): Fact => ({
  v: 1,
  type: 'track',
  name: 'Article Viewed',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: clock.now(),
  userId,
  ...(context && { context }),
  ...more,
});

const arrive = async (...facts: Fact[]) => {
  world!.clock.moveTo(world!.clock.now() + SECOND);
  await world!.arrive(...facts);
  await world!.readAll();
};

async function members(version: number): Promise<string[]> {
  const { database } = api.test;
  const rows = await database.query<{ id: string }>(
    'SELECT contact_id AS id FROM membership WHERE version_id = $1',
    [version],
  );
  const users = ['ana', 'ben', 'cid', 'dan', 'eva'];
  const known = await Promise.all(
    users.map(async (user) => [await findContact(database, `user:${user}`), user]),
  );
  const names = new Map(known as [string, string][]);
  return rows.map(({ id }) => names.get(id)!).sort();
}

const segment = async (key: string, rule: object) => {
  const version = await author.segment(key, rule as JsonObject);
  await world!.passTo(world!.clock.now() + SECOND);
  await world!.work();
  return version;
};

const news = { event: 'Article Viewed', where: { '$context.campaign.source': 'news' } };
const twice = { ...news, count: { gte: 2 } };
const phones = { event: 'Article Viewed', where: { '$context.os.name': { in: ['iOS', 'Android'] }, n: 1 } };

it('what is around events is asked of those that come, of those that are stored, and of both', async () => {
  const live = await segment('live', news);
  await arrive(viewed('ana', fromNews), viewed('ben', { campaign: { source: 'ads' } }), viewed('cid'));
  await arrive(viewed('cid', undefined, { properties: { campaign: { source: 'news' } } }));
  expect(await members(live)).toEqual(['ana']);
  await arrive(viewed('dan', fromNews, { properties: { n: 1 } }), viewed('dan', fromNews));

  const built = await segment('built', twice);
  expect(await members(built)).toEqual(['dan']);
  expect(await members(await segment('phones', phones))).toEqual(['dan']);
  const distinct = { event: 'Article Viewed', distinct: { of: '$context.campaign.source', gte: 2 } };
  expect(await members(await segment('several', distinct))).toEqual([]);

  await arrive(viewed('ana', fromNews), viewed('ben', fromNews));
  expect(await members(built)).toEqual(['ana', 'dan']);
  expect(await members(live)).toEqual(['ana', 'ben', 'dan']);
});

it('is not what a property of that name says', async () => {
  const forged = { properties: { $context: fromNews } };
  await arrive(viewed('eva', undefined, forged), viewed('eva', { locale: 'fr' }, forged));
  const live = await segment('of-news', news);
  await arrive(viewed('eva', undefined, forged));
  expect(await members(live)).toEqual(['ana', 'ben', 'dan']);
  const why = await api.call('POST', '/contacts/user:eva/why', { rule: news });
  expect(why.body.because).toMatchObject({ value: false });
});

it('is asked of somebody whose events are read again, and of whom two become', async () => {
  const late = await segment('late', {
    sequence: [news, { event: 'Ordered', where: { '$context.os.name': 'iOS' }, within: 'PT1H' }],
  });
  const now = clock.now();
  await arrive(viewed('cid', fromNews, { name: 'Ordered', timestamp: now }));
  await arrive(viewed('cid', fromNews, { timestamp: now - HOUR / 2 }));
  expect(await members(late)).toEqual(['cid']);
  await world!.restart();
  const { userId: _, ...device } = viewed('', fromNews, { anonymousId: 'd' });
  await arrive(device, { ...device, messageId: `m${(count += 1)}`, name: 'Ordered' });
  await arrive({ ...viewed('ben', undefined, { anonymousId: 'd' }), type: 'identify', traits: {} });
  expect(await members(late)).toEqual(['ben', 'cid']);
  await world!.passTo(clock.now() + DAY);
  expect(world!.reports).toEqual([]);
});

it('is asked of events that start campaigns, as their name is', async () => {
  await author.mailNeeds('news', 'shop', 'hello');
  const where = { ...news.where, $name: { startsWith: 'Article' } };
  const triggers = [{ event: 'Article Viewed', where }];
  const steps = [{ id: 'hello', send: 'hello' }];
  await author.campaign('welcome', { topic: 'news', from: 'shop', triggers, steps }, clock.now() - DAY);
  const forged = { $context: fromNews, $name: 'Article' };
  await arrive(viewed('ben', undefined, { properties: forged }), viewed('ana', fromNews));
  const entered = await api.test.database.query('SELECT contact_id AS id FROM enrollment');
  expect(entered).toEqual([{ id: await findContact(api.test.database, 'user:ana') }]);
});

it('is part of what is explained, and counted in previews', async () => {
  const why = await api.call('GET', '/contacts/user:ana/why?segment=built');
  expect(why.body.segment).toMatchObject({ member: true, because: { value: true } });
  const other = await api.call('POST', '/contacts/user:ben/why', { rule: twice });
  expect(other.body.because).toMatchObject({ value: true, because: { count: 2 } });
  const preview = await api.call('POST', '/segments/preview', { rule: twice });
  expect(preview.body.size).toMatchObject({ estimate: 3 });
  const rule = (parseRule(news) as { rule: Rule }).rule;
  const question = { rule: wholeRule(rule, () => undefined) };
  const ids = await api.test.database.query<{ id: string }>(
    'SELECT id FROM contact WHERE id NOT IN (SELECT contact_id FROM lineage)',
  );
  const looking = { contacts: ids.map(({ id }) => id), now: clock.now() };
  expect((await lookAtAll(api.test.database, question, looking)).counts.matching).toBe(4);
});

it('is not kept with what began a walk, nor shown as that, nor given to templates', async () => {
  await arrive(viewed('cid', { ...fromNews, ip: '192.0.2.1' }, { properties: { title: 'Tea' } }));
  const [timeline, why] = [
    await api.call('GET', '/contacts/user:cid/timeline?kind=enrollment'),
    await api.call('GET', '/contacts/user:cid/why?campaign=welcome'),
  ];
  expect([timeline.status, why.status]).toEqual([200, 200]);
  for (const { body } of [timeline, why]) {
    expect(JSON.stringify(body)).toContain('Tea');
    expect(JSON.stringify(body)).not.toContain('192.0.2.1');
  }
  const causes = await api.test.database.query(
    `SELECT FROM enrollment WHERE cause::text LIKE '%context%' OR cause::text LIKE '%192.0.2.1%'`,
  );
  expect(causes).toEqual([]);
});
