import { Client } from 'pg';
import type { Fact } from '@entente/event';
import { DAY, MINUTE } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { Author } from '../support/author';
import { EngineWorld } from '../support/engine-world';
import { testDatabase, type TestDatabase } from '../support/postgres';

const start = Date.UTC(2026, 0, 5, 9);

let held: TestDatabase;
let database: Database;
let world: EngineWorld;
let count = 0;

beforeAll(async () => {
  held = await testDatabase();
  database = held.database;
  world = new EngineWorld(database, start);
});

afterAll(() => held.close());

/**
 * Whether a line of a plan scans a table, or an index that the line behind gives no condition for. One table has a single row, and the
 * indexes of what is told of identities have little: what is said to be one or apart.
 */
const readsAll = (line: string, next = ''): boolean =>
  /Seq Scan on (?!definitions)/.test(line) ||
  (/(Index|Index Only) Scan (?!using identity_link_told)/.test(line) && !next.includes('Index Cond'));

/** With statistics that say so. */
async function emptyTables(): Promise<void> {
  const owner = new Client({ connectionString: held.ownerUrl });
  await owner.connect();
  try {
    const { rows } = await owner.query<{ tables: string }>(
      `SELECT string_agg(quote_ident(tablename), ', ') AS tables FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'definitions'`,
    );
    await owner.query(`TRUNCATE ${rows[0]!.tables} CASCADE`);
    await owner.query('VACUUM ANALYZE');
  } finally {
    await owner.end();
  }
}

/** A connection plans such a statement once, maybe when its tables are empty, and keeps to that until statistics tell how they have grown. */
it('what a batch asks is looked up by keys, however small the tables are when it is planned', async () => {
  const author = new Author(database);
  const source = await author.source('shop', true);
  await author.segment('regulars', { event: 'Order Completed', count: { gte: 2 }, within: 'P1D' });
  await author.segment('french', { trait: 'country', eq: 'FR' });
  await world.passTo(start);
  await world.work();
  const fact = (fields: Partial<Fact>): Fact => ({
    v: 1,
    type: 'track',
    name: 'Order Completed',
    source,
    messageId: `m${(count += 1)}`,
    timestamp: world.clock.now(),
    ...fields,
  });
  const twice = fact({ userId: '1' });
  for (let round = 0; round < 3; round += 1) {
    await world.arrive(
      twice,
      fact({ userId: '1', anonymousId: `phone ${round}` }),
      fact({ anonymousId: 'tablet' }),
      fact({ type: 'identify', userId: '2', anonymousId: 'tablet', traits: { country: 'FR' } }),
      fact({ contact: ['crm:1', 'user:2', 'phone:1'] }),
      fact({ type: 'group', userId: '2', groupId: 'acme' }),
    );
    await world.passTo(world.clock.now() + MINUTE);
  }
  await world.passTo(start + 2 * DAY);
  const asked = await database.keyedTransaction((tx) =>
    tx.query<{ statement: string }>('SELECT statement FROM pg_prepared_statements'),
  );
  expect(asked.length).toBeGreaterThan(20);
  await emptyTables();
  const whole: string[] = [];
  for (const { statement } of asked) {
    const plan = await database.keyedTransaction((tx) =>
      tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${statement}`),
    );
    const lines = plan.map((line) => line['QUERY PLAN']);
    if (lines.some((line, n) => readsAll(line, lines[n + 1]))) whole.push([statement, ...lines].join('\n'));
  }
  expect(whole).toEqual([]);
});
