import type { Fact } from '@entente/event';
import { DAY, HOUR, MINUTE, SECOND } from '@entente/kernel';
import { findContact, type Database } from '@entente/storage';
import { Author } from '../support/author';
import { driftOfContacts } from '../support/contact-drift';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);

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

const bought = (fields: Partial<Fact>): Fact => ({
  v: 1,
  type: 'track',
  source: server,
  messageId: `m${(count += 1)}`,
  timestamp: world.clock.now(),
  name: 'Order Completed',
  ...fields,
});

const campaign = (reentry: string, trigger: object) => {
  const steps = [{ id: 'hello', send: 'hello' }];
  return author.campaign(
    'thanks',
    { topic: 'news', from: 'shop', triggers: [trigger], reentry, steps },
    start,
  );
};

const enrollments = () => database.query('SELECT 1 FROM enrollment');

const arriveAt = async (minutes: number, ...facts: Fact[]): Promise<void> => {
  await world.passTo(start + minutes * MINUTE);
  await world.arrive(...facts);
  await world.readAll();
};

it('lets nobody in again who may not, however long ago they went out', async () => {
  await campaign('never', { event: 'Order Completed' });
  await arriveAt(1, bought({ userId: '1' }));
  await arriveAt(2 * 24 * 60, bought({ userId: '1' }));
  expect(await enrollments()).toHaveLength(1);
});

it('remembers, when two turn out to be one, where each has been', async () => {
  await campaign('never', { event: 'Order Completed' });
  await arriveAt(1, bought({ anonymousId: 'a' }));
  await arriveAt(2, bought({ userId: '1', anonymousId: 'a' }));
  await arriveAt(3, bought({ userId: '1' }));
  expect(await enrollments()).toHaveLength(1);
});

it('enrolls once for one event, whoever it comes for', async () => {
  await campaign('always', { event: 'Order Completed' });
  const event = bought({ anonymousId: 'a' });
  const { anonymousId, ...rest } = event;
  await arriveAt(1, event, bought({ type: 'identify', name: undefined, userId: '1', anonymousId }));
  expect(await enrollments()).toHaveLength(1);
  await arriveAt(2, { ...rest, userId: '1' });
  expect(await enrollments()).toHaveLength(1);
  await arriveAt(3, bought({ userId: '1' }));
  expect(await enrollments()).toHaveLength(2);
});

it('enrolls once for one entry, when somebody leaves a segment and is back at the same instant', async () => {
  await author.segment('paying', { trait: 'plan', eq: 'paid' });
  await campaign('always', { segment: 'paying' });
  await world.passTo(start + SECOND);
  await world.work();
  await world.passTo(start + MINUTE);
  for (const plan of ['paid', 'free', 'paid']) {
    await world.arrive(bought({ type: 'identify', name: undefined, userId: '1', traits: { plan } }));
    await world.readAll();
  }
  expect(await enrollments()).toHaveLength(1);
});

it('takes no longer for somebody who has been in a campaign 20,000 times', async () => {
  await campaign('always', { event: 'Order Completed' });
  await arriveAt(1, bought({ userId: '1' }), bought({ userId: '2' }));
  const contact = await findContact(database, 'user:1');
  await database.run(
    `INSERT INTO enrollment (contact_id, id, campaign_key, version_id, cause, status, state, entered_at, ended_at)
     SELECT $1, gen_random_uuid(), campaign_key, version_id, cause, status, state, entered_at, ended_at - make_interval(secs => n)
     FROM (SELECT * FROM enrollment WHERE contact_id = $1) AS e, generate_series(1, 20000) AS n`,
    [contact],
  );
  await world.passTo(start + HOUR);
  const before = (await enrollments()).length;
  /** Milliseconds that one more enrollment of somebody takes, at best. */
  const taken = async (userId: string): Promise<number> => {
    const times: number[] = [];
    for (let hours = 1; hours <= 5; hours += 1) {
      await world.arrive(bought({ userId, timestamp: start + HOUR - DAY / 2 + hours * HOUR }));
      const began = performance.now();
      await world.readAll();
      times.push(performance.now() - began);
    }
    return Math.min(...times);
  };
  const other = await taken('2');
  expect(await taken('1')).toBeLessThan(4 * other);
  expect((await enrollments()).length - before).toBe(10);
});
