import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { commonEventNames, frequentEventNames, markCommonEventNames } from './common-event-names';

let held: TestDatabase;

/** Of 1,000 events 70 % are views, 15 % are searches, and each of five other names has 3 %. */
beforeAll(async () => {
  held = await testDatabase();
  await held.database.run(
    `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, properties)
     SELECT n, gen_random_uuid(), now(), now(), 1, 'track',
       CASE WHEN n <= 700 THEN 'Viewed' WHEN n <= 850 THEN 'Searched' ELSE 'Other ' || n % 5 END, '{}'
     FROM generate_series(1, 1000) AS n`,
  );
  const owner = new Client({ connectionString: held.ownerUrl });
  await owner.connect();
  await owner.query('ANALYZE event');
  await owner.end();
});
afterAll(() => held.close());

const generation = async () => (await held.database.query('SELECT generation FROM definitions'))[0];

it('are not looked for among few events', async () => {
  expect(await frequentEventNames(held.database)).toEqual([]);
  expect(await frequentEventNames(held.database, 1_001)).toEqual([]);
});

it('are the most frequent ones, until those that are left are a fifth of all', async () => {
  expect(await frequentEventNames(held.database, 1_000)).toEqual(['Viewed', 'Searched']);
});

it('are published once', async () => {
  const before = await generation();
  await markCommonEventNames(held.database, ['Viewed']);
  expect(await generation()).not.toEqual(before);
  expect(await commonEventNames(held.database)).toEqual(new Set(['Viewed']));
  expect(await frequentEventNames(held.database, 1_000)).toEqual(['Searched']);
  const then = await generation();
  await markCommonEventNames(held.database, []);
  expect(await generation()).toEqual(then);
});
