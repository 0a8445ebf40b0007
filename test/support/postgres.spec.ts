import { migrate, sqlState } from '@entente/storage';
import { emptyDatabase, testDatabase, type TestDatabase } from './postgres';

let test: TestDatabase;
beforeAll(async () => (test = await testDatabase()));
afterAll(() => test.close());

it('gives a migrated database with timestamps as Date and bigint as text', async () => {
  const [row] = await test.database.query<{ generation: string; created_at: Date }>(
    'SELECT generation, created_at FROM definitions, installation',
  );
  expect(row!.generation).toBe('1');
  expect(row!.created_at).toBeInstanceOf(Date);
});

it.each(['permission', 'membership_change', 'audit_entry'])(
  'promise 6: the application may not change or empty %s',
  async (table) => {
    for (const sql of [`DELETE FROM ${table}`, `TRUNCATE ${table}`, `UPDATE ${table} SET ctid = ctid`]) {
      const error = await test.database.run(sql).then(
        () => undefined,
        (failure: unknown) => failure,
      );
      expect(sqlState(error)).toMatch(/^(42501|0A000)$/);
    }
  },
);

it('a role that owns nothing finds the schema up to date, and may not bring another up to date', async () => {
  expect(await migrate({ url: test.url })).toEqual({ ran: [], appendOnlyEnforced: true });
  const empty = await emptyDatabase();
  await expect(migrate({ url: empty.url })).rejects.toThrow('npm run migrate');
  expect(await migrate({ url: empty.ownerUrl })).toMatchObject({ appendOnlyEnforced: false });
  await empty.drop();
});
