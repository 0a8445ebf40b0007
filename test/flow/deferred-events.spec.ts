import type { Fact } from '@entente/event';
import { SECOND } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { fireTimers } from '../../apps/engine/fire-timers';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld, everyBucket } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let shop: number;
let lately: number;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  const author = new Author(database);
  shop = await author.source('shop', true, 50);
  lately = await author.segment('lately', { event: 'Seen', within: 'PT5S' });
  await world.passTo(start);
  await world.work();
});
afterEach(async () => {
  const drift = await database.query(driftOfContacts);
  await held.close();
  expect(drift).toEqual([]);
});

let count = 0;
const seen = (userId: string): Fact => ({
  v: 1,
  type: 'track',
  name: 'Seen',
  source: shop,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  userId,
});

/** People whose records are in the partition 0, and in 1 (see EngineWorld). */
const [even, odd] = ['ab', 'aa'];
const people = 20;

const rows = (sql: string) => database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`);
const waiting = async (): Promise<number> => (await rows('deferred_event'))[0]!.n;
const positionOf = async (partition: number): Promise<number> =>
  Number(
    (
      await database.query<{ next: string }>('SELECT next FROM stream_position WHERE partition = $1', [
        partition,
      ])
    )[0]!.next,
  );
const stays = () =>
  database.query<{ entered: boolean; at: number }>(
    `SELECT entered, extract(epoch FROM effective_at)::int - $1 AS at FROM membership_change
     WHERE version_id = $2 ORDER BY contact_id, effective_at, id`,
    [start / SECOND, lately],
  );

/** Each person of a partition is seen every ten seconds: before each but the first, a window has ended. */
async function visits(prefix: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    world.clock.moveTo(start + (10 * time + 1) * SECOND);
    for (let who = 0; who < people; who += 1) await world.arrive(seen(`${prefix}${'bb'.repeat(who)}`));
  }
}

it('a partition is read on though windows ended that another one may have something to say about', async () => {
  const other = seen(odd!);
  await world.arrive(other);
  await visits(even!, 3);
  const before = await positionOf(0);
  await world.read(0);
  expect((await positionOf(0)) - before).toBe(3 * people);
  expect(await waiting()).toBe(2 * people);
  expect(await stays()).toHaveLength(people);

  await world.read(1);
  await world.log.heartbeat(1);
  await world.read(1);
  while ((await fireTimers(world.engine, everyBucket))! <= start + 20 * SECOND);
  expect(await waiting()).toBe(0);
  const stay = [1, 11, 21].flatMap((second) => [
    { entered: true, at: second },
    ...(second < 21 ? [{ entered: false, at: second + 5 }] : []),
  ]);
  expect(await stays()).toEqual(expect.arrayContaining(Array.from({ length: people }, () => stay).flat()));
});

it('what waits is counted once, also by whoever is made anew meanwhile', async () => {
  await world.arrive(seen(odd!));
  await visits(even!, 2);
  await world.read(0);
  expect(await waiting()).toBe(people);
  const author = new Author(database);
  const twice = await author.segment('twice', { event: 'Seen', count: 2 });
  const thrice = await author.segment('thrice', { event: 'Seen', count: { gte: 3 } });
  await world.readAll();
  await world.passTo(start + 60 * SECOND);
  await world.work();
  expect(await waiting()).toBe(0);
  const [members] = await rows(`membership WHERE version_id = ${twice}`);
  expect(members!.n).toBe(people);
  expect((await rows(`membership WHERE version_id = ${thrice}`))[0]!.n).toBe(0);
});

it('holds up no partition where contacts turn out to be one person before what was deferred', async () => {
  const at = (second: number) => world.clock.moveTo(start + second * SECOND);
  at(1);
  await world.arrive(seen(even!), seen(odd!));
  at(3);
  const one: Fact = { ...seen(odd!), type: 'alias', previousId: even! };
  await world.arrive({ ...one, name: undefined });
  at(11);
  await world.arrive(seen(even!));
  await world.read(0);
  expect(await waiting()).toBe(1);
  await world.readAll();
  expect(await positionOf(1)).toBe(world.log.logs[1]!.length);

  await world.passTo(start + 60 * SECOND);
  expect(await waiting()).toBe(0);
  const log = await stays();
  const ends = log.filter(({ entered }) => !entered).map(({ at: second }) => second);
  expect(log.filter(({ entered }) => entered).map(({ at: second }) => second)).toEqual(
    expect.arrayContaining([1, 11]),
  );
  expect(ends).toEqual(expect.arrayContaining([6, 16]));
  expect((await rows(`membership WHERE version_id = ${lately}`))[0]!.n).toBe(0);
});

it('wakes whom a version that was not built for them made wait', async () => {
  const at = (second: number) => world.clock.moveTo(start + second * SECOND);
  at(1);
  await world.arrive(seen(even!));
  await world.passTo(start + 7 * SECOND);
  await new Author(database).segment('quiet', {
    all: [{ event: 'Ordered' }, { not: { event: 'Seen', within: 'PT9S' } }],
  });
  await world.work();
  at(11);
  await world.arrive(seen(even!));
  await world.read(0);
  expect(await waiting()).toBe(1);
  await world.passTo(start + 12 * SECOND);
  expect(await waiting()).toBe(0);
  expect((await rows(`membership WHERE version_id = ${lately}`))[0]!.n).toBe(1);
});
