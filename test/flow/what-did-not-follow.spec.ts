import type { Fact } from '@entente/event';
import { HOUR, MINUTE } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);
const leftCheckout = {
  sequence: [{ event: 'Checkout Started' }, { not: { event: 'Order Completed' }, within: 'PT1H' }],
};

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let author: Author;
let server: number;
let count = 0;

beforeEach(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
  author = new Author(database);
  server = await author.source('server', true, 50);
  await author.mailNeeds('news', 'shop', 'hello');
});

afterEach(async () => {
  const drift = await database.query(driftOfContacts);
  await held.close();
  expect(drift).toEqual([]);
});

const fact = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'track',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  ...fields,
});
const startsCheckout = (key: Partial<Fact>): Fact => fact({ name: 'Checkout Started', ...key });
const orders = (key: Partial<Fact>): Fact => fact({ name: 'Order Completed', ...key });

const arriveAt = async (minutes: number, ...facts: (() => Fact)[]): Promise<void> => {
  await world.passTo(start + minutes * MINUTE - 1);
  await world.arrive(...facts.map((one) => one()));
  await world.readAll();
};

/** Publishes a segment and builds it. */
const live = async (rule: object): Promise<number> => {
  const version = await author.segment('left-checkout', rule);
  await world.passTo(world.clock.now());
  await world.work();
  return version;
};

const changes = async (version: number) =>
  (
    await database.query<{ entered: boolean; at: Date; cause: { kind: string } }>(
      'SELECT entered, effective_at AS at, cause FROM membership_change WHERE version_id = $1 ORDER BY effective_at, id',
      [version],
    )
  ).map(({ entered, at, cause }) => [entered ? 'in' : 'out', at.getTime() - start, cause.kind]);

const enrolled = async (): Promise<string[]> =>
  (
    await database.query<{ key: string }>(
      'SELECT key FROM enrollment JOIN identity USING (contact_id) ORDER BY key',
    )
  ).map(({ key }) => key);

it('starts a campaign at the very moment after the last at which it could have followed', async () => {
  const version = await live(leftCheckout);
  const steps = [{ id: 'hello', send: 'hello' }];
  await author.campaign(
    'come-back',
    { topic: 'news', from: 'shop', triggers: [{ segment: 'left-checkout' }], steps },
    start,
  );
  await arriveAt(
    1,
    () => startsCheckout({ userId: '1' }),
    () => startsCheckout({ userId: '2' }),
  );
  await arriveAt(30, () => orders({ userId: '2' }));
  await world.passTo(start + HOUR + MINUTE);
  expect(await enrolled()).toEqual([]);
  await world.passTo(start + HOUR + MINUTE + 1);
  expect(await enrolled()).toEqual(['user:1']);
  expect(await changes(version)).toEqual([['in', HOUR + MINUTE + 1, 'time']]);
});

it('is not completed by who turns out to have done it as another', async () => {
  const version = await live(leftCheckout);
  await arriveAt(
    1,
    () => startsCheckout({ anonymousId: 'a' }),
    () => startsCheckout({ anonymousId: 'b' }),
  );
  await arriveAt(30, () => orders({ userId: '1' }));
  await arriveAt(40, () => fact({ type: 'identify', userId: '1', anonymousId: 'a' }));
  await world.passTo(start + 5 * HOUR);
  expect(await changes(version)).toEqual([['in', HOUR + MINUTE + 1, 'time']]);
});

it('is undone by what comes late, and not by what comes too late', async () => {
  const version = await live(leftCheckout);
  await arriveAt(
    1,
    () => startsCheckout({ userId: '1' }),
    () => startsCheckout({ userId: '2' }),
  );
  await arriveAt(
    90,
    () => orders({ userId: '1', timestamp: start + HOUR }),
    () => orders({ userId: '2', timestamp: start + HOUR + MINUTE + 1 }),
  );
  expect(await changes(version)).toEqual([
    ['in', HOUR + MINUTE + 1, 'time'],
    ['in', HOUR + MINUTE + 1, 'time'],
    ['out', 90 * MINUTE, 'event'],
  ]);
});

it('is found by a build, as is whoever it is still to be completed for', async () => {
  await arriveAt(
    1,
    () => startsCheckout({ userId: '1' }),
    () => startsCheckout({ userId: '2' }),
  );
  await arriveAt(30, () => orders({ userId: '2' }));
  await arriveAt(90, () => startsCheckout({ userId: '3' }));
  const version = await live({ ...leftCheckout, within: 'P1D' });
  expect((await changes(version)).map(([what, , cause]) => [what, cause])).toEqual([['in', 'build']]);
  await world.passTo(start + 25 * HOUR + MINUTE + 1);
  expect((await changes(version)).slice(1)).toEqual([
    ['in', 2 * HOUR + 30 * MINUTE + 1, 'time'],
    ['out', 25 * HOUR + MINUTE + 1, 'time'],
  ]);
});
