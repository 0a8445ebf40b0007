import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { listContacts, type Database, type Tx } from '..';

const people = 30_000;

let test: TestDatabase;
let database: Database;
beforeAll(async () => {
  test = await testDatabase();
  ({ database } = test);
  await database.run(
    `INSERT INTO contact (id, created_at, clock)
     SELECT n, timestamptz '2026-01-01Z' + n * interval '1 minute', now() FROM generate_series(1, ${people}) AS n`,
  );
  // Of each ten the ninth became part of the tenth, and of the last ten the very first is part, too.
  await database.run(
    `INSERT INTO lineage (contact_id, survivor_id, since) SELECT n - 1, n, now() FROM generate_series(10, ${people}, 10) AS n
     UNION ALL SELECT 1, ${people}, now()`,
  );
  const owner = new Client({ connectionString: test.ownerUrl });
  await owner.connect();
  await owner.query('ANALYZE').finally(() => owner.end());
});
afterAll(() => test.close());

const since = (person: number): string => new Date(Date.UTC(2026, 0, 1) + person * 60_000).toISOString();

/** How many rows of contacts this transaction has read. */
const read = async (tx: Tx): Promise<number> => {
  const [row] = await tx.query<{ rows: string }>(
    `SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_xact_user_tables WHERE relname = 'contact'`,
  );
  return Number(row!.rows);
};

describe('contacts created since an instant', () => {
  it('are those of whom no part was created before', async () => {
    const filter = { after: String(people - 12), limit: 20 };
    const ids = async (createdSince: string) =>
      (await listContacts(database, { ...filter, createdSince })).map(({ id }) => Number(id) - people);
    expect(await ids(since(2))).toEqual([-10, -9, -8, -7, -6, -5, -4, -3, -2]);
    expect(await ids(since(people - 10))).toEqual([-9, -8, -7, -6, -5, -4, -3, -2]);
    expect(await ids(since(people - 11))).toEqual([-10, -9, -8, -7, -6, -5, -4, -3, -2]);
    expect(await ids(since(1))).toContain(0);
  });

  it('are read a page at a time, and not with all others', async () => {
    const filter = { after: String(people / 2), limit: 100, createdSince: since(people / 4) };
    await database.transaction(async (tx) => {
      expect(await listContacts(tx, filter)).toHaveLength(100);
      expect(await read(tx)).toBeLessThan(1_000);
    });
  });
});
