import { DAY, HOUR, type Instant } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { differing, driftFromLog, membersAt } from '../../chaos/checks/membership-log';
import { reading } from '../../chaos/reading';
import { Random } from '../../demo/random';
import { Author } from '../../support/author';
import { EngineWorld } from '../../support/engine-world';
import { testDatabase, type TestDatabase } from '../../support/postgres';
import { rulesInSql } from './rules';
import { Shoppers } from './shoppers';
import { membersInSql } from './sql';

/** Promise 2: memberships are what SQL makes of the events that had arrived, for every rule at every instant looked at. */

const seed = Number(process.env.ENTENTE_PURCHASES_SEED ?? Date.now() % 2 ** 31);
const days = Number(process.env.ENTENTE_PURCHASES_DAYS ?? 12);
const people = 60;
const past = 400;
const start = Date.UTC(2026, 1, 20, 8);
const keys = Object.keys(rulesInSql);
const conditions = keys.map((key) => [key, rulesInSql[key]!.sql] as const);

let held: TestDatabase;
let database: Database;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
});
afterEach(() => held.close());

/** Compares every segment; gives how many memberships were looked at. */
const compare = (now: Instant): Promise<number> =>
  reading({ databaseUrl: () => held.url }, async (query) => {
    const expected = await membersInSql(query, now, conditions);
    const logged = await membersAt(query, now, keys);
    const faults = [...differing(logged, expected, now), ...(await driftFromLog(query))];
    if (faults.length > 0) throw new Error(`seed ${seed}: ${faults.slice(0, 20).join('\n')}`);
    return expected.size;
  });

it('memberships equal SQL for every rule, at many instants', async () => {
  const random = new Random(seed);
  const world = new EngineWorld(database, start, 3);
  const author = new Author(database);
  const shoppers = new Shoppers(random, await author.source('shop', true, 50), people);
  const build = async (some: readonly string[]): Promise<void> => {
    for (const key of some) await author.segment(key, rulesInSql[key]!.rule);
  };
  await build(keys.slice(0, keys.length / 2));
  await world.passTo(start + 1);
  for (let day = past; day > 0; day -= 1)
    for (let visit = 0; visit < 3; visit += 1) await world.arrive(...shoppers.day(start - day * DAY));
  await world.readAll(200);
  await build(keys.slice(keys.length / 2));
  await world.work();

  let compared = 0;
  let now = start + 2;
  for (let day = 0; day < days; day += 1) {
    for (let visit = 0; visit < 8; visit += 1) {
      now += random.whole(0, 6 * HOUR);
      await world.passTo(now);
      now += 1;
      const late = random.chance(0.3) ? random.whole(0, 20 * DAY) : 0;
      await world.arrive(...shoppers.day(now - late));
      await world.readAll(random.whole(1, 20));
    }
    if (random.chance(0.3)) world.restart();
    now += 1;
    await world.passTo(now);
    compared += await compare(now);
    now += 1;
  }
  expect(world.reports).toEqual([]);
  process.stdout.write(`memberships = SQL: seed ${seed}, ${keys.length} rules, ${compared} comparisons\n`);
}, 600_000);
