import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import type { Tx } from './database';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const insert = (tx: Tx, topic: string) => tx.run(`INSERT INTO topic (key, name) VALUES ($1, $1)`, [topic]);
const topics = async () =>
  (await test.database.query<{ key: string }>('SELECT key FROM topic')).map(({ key }) => key);

it('runs statements asked for together in their order, and gives each its own answer', async () => {
  const answers = await test.database.transaction((tx) =>
    Promise.all([
      insert(tx, 'one'),
      tx.query<{ n: number }>('SELECT count(*)::int AS n FROM topic'),
      tx.prepared<{ n: number }>('SELECT count(*)::int + $1 AS n FROM topic', [10]),
      insert(tx, 'two'),
    ]),
  );
  expect(answers).toEqual([1, [{ n: 1 }], [{ n: 11 }], 1]);
  expect(await topics()).toEqual(['one', 'two']);
});

it('undoes all of them when one fails, and sends none of those that come after the end', async () => {
  let late: Promise<unknown> | undefined;
  const failing = test.database.transaction(async (tx) => {
    const slow = insert(tx, 'three').then(() => new Promise((resolve) => setTimeout(resolve, 100)));
    late = slow.then(() => insert(tx, 'four')).catch((error: Error) => error.message);
    await Promise.all([late, insert(tx, 'one')]);
  });
  await expect(failing).rejects.toMatchObject({ driverError: { code: '23505' } });
  expect(await late).toBe('a statement came after the end of its transaction');
  expect(await topics()).toEqual(['one', 'two']);
});

it('tells the cause, whichever of the statements behind it is heard of first', async () => {
  const slowly = async (answer: Promise<unknown>) => {
    try {
      await answer.then(() => undefined);
    } catch (error) {
      await Promise.resolve();
      throw error;
    }
  };
  const failing = test.database.transaction((tx) =>
    Promise.all([slowly(insert(tx, 'one')), insert(tx, 'five'), tx.prepared('SELECT 1', [])]),
  );
  await expect(failing).rejects.toMatchObject({ driverError: { code: '23505' } });
});

it('plans by keys, however few rows there are, in a transaction that asks for that, and only there', async () => {
  const plan = async (tx: Tx) =>
    JSON.stringify(await tx.query(`EXPLAIN SELECT FROM timer WHERE bucket = ANY(ARRAY[1, 2]::smallint[])`));
  const owner = new Client({ connectionString: test.ownerUrl });
  await owner.connect();
  await owner.query('VACUUM ANALYZE timer').finally(() => owner.end());
  expect(await test.database.transaction(plan)).toMatch(/Seq Scan/);
  expect(await test.database.keyedTransaction(plan)).toMatch(/timer_pkey/);
  expect(await test.database.transaction(plan)).toMatch(/Seq Scan/);
});
