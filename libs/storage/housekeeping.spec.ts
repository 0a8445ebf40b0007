import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '../../test/support/postgres';
import { recordCall } from './audit';
import { takeLease } from './database/leases';
import { dropOldAuditEntries, dropOldJobs, dropOldLeases } from './housekeeping';

const key = '00000000-0000-4000-8000-000000000000';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const left = async (table: string, column: string): Promise<unknown[]> =>
  (await test.database.query<{ left: unknown }>(`SELECT ${column} AS left FROM ${table} ORDER BY 1`)).map(
    (row) => row.left,
  );

it('drops leases a day after they ran out', async () => {
  for (const name of ['held', 'lapsed', 'run/1/5']) await takeLease(test.database, name, key, 60_000);
  await test.database.run(
    `UPDATE lease SET leased_until = now() - interval '23 hours' WHERE name = 'lapsed'`,
  );
  await test.database.run(
    `UPDATE lease SET leased_until = now() - interval '25 hours' WHERE name = 'run/1/5'`,
  );
  await dropOldLeases(test.database);
  expect(await left('lease', 'name')).toEqual(['held', 'lapsed']);
});

it('drops jobs 30 days after they ended, with what belongs to them', async () => {
  await test.database.run(
    `INSERT INTO job (kind, target, status, plan, created_at, ended_at) VALUES
     ('import', 'old', 'done', '{}', now() - interval '40 days', now() - interval '31 days'),
     ('import', 'new', 'failed', '{}', now() - interval '40 days', now() - interval '29 days'),
     ('import', 'open', 'running', '{}', now() - interval '40 days', NULL)`,
  );
  await test.database.run(
    `INSERT INTO import_problem (job_id, row, ordinal, code, message) SELECT id, 1, 1, 'x', target FROM job`,
  );
  await dropOldJobs(test.database);
  expect(await left('job', 'target')).toEqual(['new', 'open']);
  expect(await left('import_problem', 'message')).toEqual(['new', 'open']);
});

it('drops audit entries after 400 days, though the application may delete none', async () => {
  for (const target of ['old', 'recent', 'new'])
    await recordCall(test.database, { keyId: key, method: 'GET', route: '/', target, status: 200 });
  const owner = new Client({ connectionString: test.ownerUrl });
  await owner.connect();
  await owner.query(`UPDATE audit_entry SET at = now() - interval '401 days' WHERE target = 'old'`);
  await owner.query(`UPDATE audit_entry SET at = now() - interval '399 days' WHERE target = 'recent'`);
  await owner.end();
  await expect(test.database.run('DELETE FROM audit_entry')).rejects.toThrow(/permission denied/);
  expect(await dropOldAuditEntries(test.database)).toBe(true);
  expect(await dropOldAuditEntries(test.database)).toBe(false);
  expect(await left('audit_entry', 'target')).toEqual(['new', 'recent']);
});
