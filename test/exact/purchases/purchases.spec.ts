import { DAY, HOUR, type Instant } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { Random } from '../../demo/random';
import { Author } from '../../support/author';
import { EngineWorld } from '../../support/engine-world';
import { testDatabase, type TestDatabase } from '../../support/postgres';
import { rulesInSql } from './rules';
import { Shoppers } from './shoppers';
import { membersInSql, prepareSql } from './sql';

/** Promise 2: memberships are what SQL makes of the events that had arrived, for every rule at every instant looked at. */

const seed = Number(process.env.ENTENTE_PURCHASES_SEED ?? Date.now() % 2 ** 31);
const days = Number(process.env.ENTENTE_PURCHASES_DAYS ?? 12);
const people = 60;
const past = 400;
const start = Date.UTC(2026, 1, 20, 8);

let held: TestDatabase;
let database: Database;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  await prepareSql(held.ownerUrl);
});
afterEach(() => held.close());

const versionOf = new Map<string, number>();

/** Compares every segment; gives how many memberships were looked at. */
async function compare(now: Instant): Promise<number> {
  let compared = 0;
  for (const [key, { sql }] of Object.entries(rulesInSql)) {
    const expected = await membersInSql(database, sql, now);
    const rows = await database.query<{ id: string }>(
      'SELECT contact_id::text AS id FROM membership WHERE version_id = $1 ORDER BY contact_id',
      [versionOf.get(key)],
    );
    const found = rows.map(({ id }) => id);
    if (found.join() !== expected.join())
      throw new Error(
        `${key} at ${new Date(now).toISOString()} (seed ${seed}): ${differing(found, expected)}`,
      );
    compared += Math.max(found.length, 1);
  }
  return compared;
}

const differing = (found: string[], expected: string[]): string =>
  `${found.filter((id) => !expected.includes(id)).join()} are members and should not be, ${expected.filter((id) => !found.includes(id)).join()} should be`;

it('memberships equal SQL for every rule, at many instants', async () => {
  const random = new Random(seed);
  const world = new EngineWorld(database, start, 3);
  const author = new Author(database);
  const shoppers = new Shoppers(random, await author.source('shop', true, 50), people);
  const keys = Object.keys(rulesInSql);
  const build = async (some: readonly string[]): Promise<void> => {
    for (const key of some) versionOf.set(key, await author.segment(key, rulesInSql[key]!.rule));
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
