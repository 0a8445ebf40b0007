import type { Fact } from '@entente/event';
import { DAY, HOUR, MINUTE } from '@entente/kernel';
import { daysOfVersions, type Database } from '@entente/storage';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { finishSwaps } from '../../apps/engine/jobs/swaps';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);
const people = 5;

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let first: number;

/** Everybody is in the first version, by an order of now. */
beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  const shop = await author.source('shop', true);
  await world.passTo(start);
  for (let user = 1; user <= people; user += 1) {
    const order: Fact = {
      v: 1,
      type: 'track',
      name: 'Order Completed',
      source: shop,
      messageId: `m${user}`,
      timestamp: start,
      userId: String(user),
    };
    await world.arrive(order);
  }
  await world.passTo(start + MINUTE);
  first = await author.segment('buyers', { event: 'Order Completed', within: 'PT1H' });
  await world.build();
});
afterEach(() => held.close());

/** An edit that is swapped in; what happened before has been read, and of what comes nothing is. */
async function edit(rule: object): Promise<number> {
  const version = await author.segment('buyers', rule);
  while (await buildSegments(world.engine));
  while (await finishSwaps(world.engine));
  return version;
}

const statuses = async () =>
  (
    await database.query<{ status: string }>(
      `SELECT status FROM segment_version WHERE segment_key = 'buyers' ORDER BY id`,
    )
  ).map(({ status }) => status);

it('lets go of a version as soon as all that happened before its swap is decided, whatever was swapped in since', async () => {
  await edit({ event: 'Order Completed', within: 'PT2H' });
  expect(await statuses()).toEqual(['replaced', 'live']);
  await world.passTo(start + 2 * MINUTE);
  await edit({ event: 'Order Completed', within: 'PT3H' });
  expect(await statuses()).toEqual(['retired', 'replaced', 'live']);
  await world.build();
  expect(await statuses()).toEqual(['retired', 'retired', 'live']);
});

it('waits for the timers before it, but for none of a contact that waits for repair', async () => {
  world.clock.moveTo(start + 2 * HOUR);
  for (const partition of [0, 1]) await world.log.heartbeat(partition);
  await world.readAll();
  await edit({ event: 'Order Completed', within: 'PT1M' });
  world.clock.moveTo(start + 3 * HOUR);
  for (const partition of [0, 1]) await world.log.heartbeat(partition);
  await world.readAll();
  expect(await database.query('SELECT count(*)::int FROM timer')).toEqual([{ count: people }]);
  while (await finishSwaps(world.engine));
  expect(await statuses()).toEqual(['replaced', 'live']);
  await database.run(`UPDATE contact SET repair = 'it cannot be read'`);
  while (await finishSwaps(world.engine));
  expect(await statuses()).toEqual(['retired', 'live']);
});

it('counts nobody as leaving by themselves whom an edit has leave', async () => {
  const second = await edit({ event: 'Order Refunded' });
  await world.build();
  const range = { from: start - DAY, until: start + DAY };
  const days = await daysOfVersions(database, [first, second], range);
  expect(days.filter(({ day }) => day !== null)).toMatchObject([
    { versionId: first, net: 0, entered: 0, left: 0 },
  ]);
});
