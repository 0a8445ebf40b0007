import { MINUTE, toIso } from '@entente/kernel';
import { driftOfContacts } from '../../../test/support/contact-drift';
import { testDatabase, type TestDatabase } from '../../../test/support/postgres';
import { writeVerdicts, type Verdict } from './write-verdicts';

const now = Date.UTC(2026, 5, 1);
const later = now + MINUTE;
let test: TestDatabase;

beforeEach(async () => (test = await testDatabase()));
afterEach(() => test.close());

/** A contact that was evaluated by generation 1, a minute ago. */
async function contact(id: string, special: Record<string, unknown> = {}): Promise<void> {
  const row = {
    id,
    version: 1,
    generation: 1,
    created_at: toIso(now),
    clock: toIso(now - MINUTE),
    ...special,
  };
  await test.database.run(
    `INSERT INTO contact (${Object.keys(row).join()}) VALUES (${Object.keys(row)
      .map((_, place) => `$${place + 1}`)
      .join()})`,
    Object.values(row),
  );
}

const write = (...verdicts: Verdict[]) =>
  writeVerdicts(test.database, verdicts, { versions: [5, 7, 8], before: 2, now });
const verdict = (of: string, members: readonly number[] = [], due?: number): Verdict => ({
  contact: of,
  members,
  due,
});

it('makes members, logs it, and sets the timer where something changes sooner than was known', async () => {
  await contact('1', { members: '{5}' });
  await contact('2', { due: toIso(later) });
  await contact('3', { due: toIso(later + 2) });
  await test.database.run(
    `INSERT INTO timer (bucket, contact_id, due) SELECT id % 16, id, due FROM contact WHERE due IS NOT NULL`,
  );
  await test.database.run(`INSERT INTO membership (contact_id, version_id, since) VALUES (1, 5, now())`);
  await test.database.run(
    `WITH made AS (INSERT INTO segment (key, name) SELECT id, id FROM unnest('{5,7,8}'::text[]) AS id)
     INSERT INTO segment_version (id, segment_key, version, rule, status) OVERRIDING SYSTEM VALUE
     SELECT id, id::text, 1, '{}', 'building' FROM unnest('{5,7,8}'::int[]) AS id`,
  );
  const verdicts = [verdict('1', [5, 7, 8]), verdict('2', [7], later + 1), verdict('3', [], later + 1)];
  expect(await write(...verdicts)).toEqual(['1', '2', '3']);
  expect(await write(...verdicts)).toEqual(['1', '2', '3']);
  expect(
    await test.database.query(
      `SELECT id, clock = $1 AS "isMoved", generation, members, due FROM contact ORDER BY id`,
      [toIso(now)],
    ),
  ).toEqual([
    { id: '1', isMoved: true, generation: '1', members: [5, 7, 8], due: null },
    { id: '2', isMoved: true, generation: '1', members: [7], due: new Date(later) },
    { id: '3', isMoved: true, generation: '1', members: [], due: new Date(later + 1) },
  ]);
  expect(
    await test.database.query(
      `SELECT contact_id AS contact, version_id AS version, entered, effective_at AS at, cause FROM membership_change ORDER BY 1, 2`,
    ),
  ).toEqual(
    [
      ['1', 7],
      ['1', 8],
      ['2', 7],
    ].map(([of, version]) => ({
      contact: of,
      version,
      entered: true,
      at: new Date(now),
      cause: { kind: 'build' },
    })),
  );
  expect(await test.database.query(driftOfContacts)).toEqual([]);
});

it.each([
  ['was never evaluated', { version: 0 }],
  ['may have been evaluated for it', { generation: 2 }],
  ['is to be repaired', { repair: 'broken' }],
  ['is erased', { erased_at: toIso(now) }],
  ['is in one that the verdict does not name', { members: '{3,8}' }],
  ['did something later', { clock: toIso(now + 1) }],
  ['has something due by then', { due: toIso(now) }],
])('leaves out who %s', async (_, special) => {
  await contact('1', special);
  expect(await write(verdict('1', [7]))).toEqual([]);
  expect(await test.database.query('SELECT FROM membership')).toEqual([]);
});

it('leaves out who is part of somebody else, and who waits for something deferred', async () => {
  for (const id of ['1', '2', '3']) await contact(id);
  await test.database.run(`INSERT INTO lineage (contact_id, survivor_id, since) VALUES (1, 3, now())`);
  await test.database.run(
    `INSERT INTO deferred_event (contact_id, place, owner_id, message, silent) VALUES (2, 0, 1, gen_random_uuid(), false)`,
  );
  expect(await write(verdict('1', [7]), verdict('2', [7]), verdict('3', [7]))).toEqual(['3']);
});
