import { Client } from 'pg';
import type { Tx } from '../database/database';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { forgetRetiredMemberships } from './forget-memberships';
import { broughtInAfter } from './segment-swaps';
import { membershipAt } from './segments';

const members = 300;
let test: TestDatabase;

/** Everybody is in both versions of a segment, and a third of them have come into others and gone out of them very often. */
beforeAll(async () => {
  test = await testDatabase();
  const { database } = test;
  await database.run(`INSERT INTO segment (key, name) VALUES ('s', 's')`);
  await database.run(
    `INSERT INTO segment_version (id, segment_key, version, rule, status, live_at, retired_at) OVERRIDING SYSTEM VALUE
     VALUES (1, 's', 1, '{}', 'retired', now() - interval '1 day', now()), (2, 's', 2, '{}', 'live', now(), NULL)`,
  );
  await database.run(
    `INSERT INTO membership (contact_id, version_id, since)
     SELECT id, version, now() FROM generate_series(1, ${members}) AS id, generate_series(1, 2) AS version`,
  );
  await database.run(
    `INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
     SELECT id, version, true, now() - interval '1 hour', '{"kind":"build"}'::jsonb
     FROM generate_series(1, ${members}) AS id, generate_series(1, 2) AS version
     UNION ALL SELECT id, 3 + n % 100, n % 2 = 0, now(), '{"kind":"event"}'::jsonb FROM generate_series(1, 100) AS id, generate_series(1, 700) AS n`,
  );
  const owner = new Client({ connectionString: test.ownerUrl });
  await owner.connect();
  await owner.query('ANALYZE');
  await owner.end();
});
afterAll(() => test.close());

/** How many entries of the index by version were read. */
const read = async (): Promise<number> => {
  const [row] = await test.database.query<{ read: string }>(
    `SELECT idx_tup_read AS read FROM pg_stat_user_indexes WHERE indexrelname = 'membership_change_version'`,
  );
  return Number(row!.read);
};

it.each([
  [
    'to start campaigns',
    (tx: Tx) => broughtInAfter(tx, { id: 2, before: null, cursor: '0', segment: 's', liveAt: 0 }, 500),
  ],
  ['to say since when somebody is a member', (tx: Tx) => membershipAt(tx, '1', 2, Date.now())],
  ['to log who has left by an edit', (tx: Tx) => forgetRetiredMemberships(tx)],
])('reads of the log what the contacts have themselves, %s', async (_, work) => {
  const before = await read();
  await test.database.transaction(async (tx) => {
    await work(tx);
    await tx.query('SELECT pg_stat_force_next_flush()');
  });
  expect((await read()) - before).toBeLessThan(members);
});
