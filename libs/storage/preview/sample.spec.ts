import { parseRule, type Rule } from '@entente/segment';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { takeSample } from './sample';

let held: TestDatabase;
const people = 9_000;

/** Numbers with gaps: two of three are persons, of whom one in five has ordered. */
beforeAll(async () => {
  held = await testDatabase();
  const { database } = held;
  await database.run(
    `INSERT INTO contact (id, created_at, clock) SELECT n * 3 / 2, now(), now() FROM generate_series(1, ${people}) n`,
  );
  await database.run(
    `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, properties)
     SELECT id, gen_random_uuid(), now(), now(), 1, 'track', 'Order Completed', '{}'
     FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contact) c WHERE n % 5 = 0`,
  );
});
afterAll(() => held.close());

const question = (json: unknown) => ({
  rule: { rule: (parseRule(json) as { rule: Rule }).rule, named: new Map<string, Rule>() },
});
const seeded = () => {
  let seed = 42;
  return () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
};
const later = Date.now() + 3_600_000;
const still = { clock: { now: () => later }, random: seeded() };

it('tells the size of everybody from some of the numbers, gaps and all', async () => {
  const sample = await takeSample(held.database, question({ event: 'Order Completed' }), still);
  const { estimate, low, high } = sample.sizeOf('matching');
  expect(sample.isExact).toBe(false);
  expect(sample.found.contacts).toBeGreaterThan(2_400);
  expect(sample.found.contacts).toBeLessThan(2_900);
  expect(low).toBeLessThanOrEqual(people / 5);
  expect(high).toBeGreaterThanOrEqual(people / 5);
  expect(Math.abs(estimate - people / 5)).toBeLessThan(200);
  expect(high - low).toBeLessThan(500);
});

it('draws no more once its time is over', async () => {
  let now = later;
  const sample = await takeSample(held.database, question({ event: 'Order Completed' }), {
    clock: { now: () => (now += 250) },
    random: seeded(),
  });
  expect(sample.found.contacts).toBeGreaterThan(0);
  expect(sample.found.contacts).toBeLessThan(1_000);
});

it('leaves whoever has very many events to the exact count', async () => {
  const other = await testDatabase();
  await other.database.run(
    'INSERT INTO contact (id, created_at, clock) SELECT n, now(), now() FROM generate_series(1, 10) n',
  );
  await other.database.run(
    `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, properties)
     SELECT 1, gen_random_uuid(), now(), now(), 1, 'track', 'Page Viewed', '{}' FROM generate_series(1, 5001)`,
  );
  const views = await takeSample(other.database, question({ event: 'Page Viewed' }), still);
  expect([views.found.contacts, views.isExact]).toEqual([9, false]);
  expect(views.sizeOf('matching').high).toBeGreaterThanOrEqual(1);
  const orders = await takeSample(other.database, question({ not: { event: 'Order Completed' } }), still);
  expect([orders.sizeOf('matching'), orders.isExact]).toEqual([{ estimate: 10, low: 10, high: 10 }, true]);
  await other.close();
});

it('finds nobody where there is nobody', async () => {
  const empty = await testDatabase();
  const sample = await takeSample(empty.database, question({ not: { event: 'X' } }), still);
  expect([sample.sizeOf('matching'), sample.isExact]).toEqual([{ estimate: 0, low: 0, high: 0 }, true]);
  await empty.close();
});
