import { HOUR } from '@entente/kernel';
import { parseRule, RULE_MEANING, type Rule } from '@entente/segment';
import { cancelBuild, publish, publishSegment, type Database } from '@entente/storage';
import { adoptRuleGround, NewerRelease } from '../../apps/engine/adopt-rule-ground';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

/** In Paris it is half past midnight of the 6th, in New York the evening of the 5th. */
const start = Date.UTC(2026, 0, 5, 23, 30);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
});
afterEach(() => held.close());

const live = async (): Promise<{ version: number; members: number }[]> =>
  database.query(
    `SELECT version, (SELECT count(*)::int FROM membership WHERE version_id = v.id) AS members
     FROM segment_version v WHERE status = 'live' ORDER BY segment_key`,
  );

it('builds segments again, by the calendar of another time zone', async () => {
  const shop = await author.source('shop', true, 50);
  await adoptRuleGround(database, 'America/New_York');
  await author.segment('today', { event: 'Order Completed', within: { calendar: 'P0D' } });
  await author.segment('ever', { event: 'Order Completed' });
  await world.passTo(start);
  await world.work();
  const order = { v: 1, type: 'track', source: shop, name: 'Order Completed' } as const;
  await world.arrive({ ...order, messageId: '1', userId: 'ana', timestamp: start - HOUR });
  await world.readAll();
  expect(await live()).toEqual([
    { version: 1, members: 1 },
    { version: 1, members: 1 },
  ]);

  await adoptRuleGround(database, 'Europe/Paris');
  await adoptRuleGround(database, 'Europe/Paris');
  expect(await live()).toMatchObject([{ version: 1 }, { version: 1 }]);
  await world.passTo(start + 1);
  await world.work();
  expect(await live()).toEqual([
    { version: 2, members: 1 },
    { version: 2, members: 0 },
  ]);
});

it('does not work where a newer release has, nor goes on when one begins to', async () => {
  const newer = () => database.run('UPDATE installation SET rule_meaning = $1', [RULE_MEANING + 1]);
  const shop = await author.source('shop', true, 50);
  await newer();
  await expect(adoptRuleGround(database, 'UTC')).rejects.toBeInstanceOf(NewerRelease);
  await world.arrive({ v: 1, type: 'page', source: shop, messageId: '1', userId: 'ana', timestamp: start });
  await expect(world.readAll()).rejects.toBeInstanceOf(NewerRelease);
});

it('builds segments again when a release takes rules to mean something else', async () => {
  await author.segment('ever', { event: 'Order Completed' });
  await world.passTo(start);
  await world.work();
  await database.run('UPDATE installation SET rule_meaning = 0');
  await adoptRuleGround(database, 'UTC');
  await world.passTo(start + 1);
  await world.work();
  expect(await live()).toEqual([{ version: 2, members: 0 }]);
});

it('makes of the events again what another release made of them', async () => {
  const shop = await author.source('shop', true, 50);
  const order = { v: 1, type: 'track', source: shop, name: 'Order Completed' } as const;
  await author.segment('ever', { event: 'Order Completed' });
  await author.segment('twice', { event: 'Order Completed', count: { gte: 2 } });
  await world.passTo(start);
  await world.work();
  await world.arrive({ ...order, messageId: '1', userId: 'ana', timestamp: start });
  await world.arrive({ ...order, messageId: '2', userId: 'ben', timestamp: start });
  await world.readAll();
  await database.run('UPDATE installation SET rule_meaning = 0');
  await database.run(String.raw`UPDATE contact SET state = '\x'`); // as if it had counted no such event
  await adoptRuleGround(database, 'UTC');
  await world.passTo(start + 1);
  await world.arrive({ ...order, messageId: '3', userId: 'ben', timestamp: start + 1 });
  await world.readAll();
  await world.work();
  expect(await live()).toEqual([
    { version: 2, members: 2 },
    { version: 2, members: 1 },
  ]);
});

it('leaves nothing of the time zone before behind when an edit is given up', async () => {
  const shop = await author.source('shop', true, 50);
  await adoptRuleGround(database, 'America/New_York');
  await author.segment('today', { event: 'Order Completed', within: { calendar: 'P0D' } });
  await author.segment('others', { not: { segment: 'today' } });
  await world.passTo(start);
  const order = { v: 1, type: 'track', source: shop, name: 'Order Completed' } as const;
  await world.arrive({ ...order, messageId: '1', userId: 'ana', timestamp: start - HOUR });
  await world.readAll();
  await world.build();
  await adoptRuleGround(database, 'Europe/Paris');
  await database.transaction(async (tx) => {
    await publish(tx);
    const { rule } = parseRule({ event: 'Order Completed' }) as { rule: Rule };
    const [edit] = await publishSegment(tx, {
      key: 'today',
      name: 'Today',
      rule,
      events: false,
      enterOnSwap: false,
    });
    await cancelBuild(tx, edit!);
  });
  await world.passTo(start + 1);
  await world.build();
  expect(await live()).toEqual([
    { version: 4, members: 1 },
    { version: 4, members: 0 },
  ]);
});

it('blames no record for definitions that cannot be loaded', async () => {
  const shop = await author.source('shop', true, 50);
  await author.segment('broken', { event: 'Order Completed' });
  await database.run(`UPDATE segment_version SET rule = '{"event": 7}'`);
  await world.arrive({ v: 1, type: 'page', source: shop, messageId: '1', userId: 'ana', timestamp: start });
  await expect(world.readAll()).rejects.toThrow('the definitions cannot be loaded');
  expect(await database.query('SELECT 1 FROM set_aside')).toEqual([]);
});
