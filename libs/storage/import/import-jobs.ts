import { toIso, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import type { Database, Tx } from '../database/database';
import { takeLease } from '../database/leases';
import { addRows, applyRows, noRows, type ImportCounts } from './apply-rows';
import type { Bytes, CsvFormat, InspectedCsv } from './csv-file';
import type { Import } from './enter-rows';
import { parsePlan } from './plan';
import type { ImportRow, RowProblem } from './read-row';

/** An import being worked on. `cursor` counts the records that are done. */
export interface ImportJob extends Import {
  readonly format: CsvFormat;
  readonly cursor: number;
}

/** Bytes of the file that one row of `import_file` keeps. */
const PART = 262_144;
/** How long an import stays with a process that is no longer heard of. */
const LEASE = 10_000;

/** Keeps a file and its plan as a job that waits for a worker. The plan has been checked and fits the file. */
export async function createImport(
  tx: Tx,
  wanted: {
    readonly source: { readonly id: number; readonly key: string };
    readonly plan: JsonObject;
    readonly file: InspectedCsv;
    readonly bytes: Bytes;
    readonly createdBy: Uuid;
    readonly at: Instant;
  },
): Promise<Uuid> {
  const { source, plan, file, bytes, createdBy, at } = wanted;
  const stored = { plan, source: source.id, format: file.format, records: file.records };
  const [job] = await tx.query<{ id: Uuid }>(
    `INSERT INTO job (kind, target, status, plan, counts, created_by, created_at)
     VALUES ('import', $1, 'waiting', $2, $3, $4, $5) RETURNING id`,
    [`sources/${source.key}`, JSON.stringify(stored), JSON.stringify(noRows), createdBy, toIso(at)],
  );
  await keepFile(tx, job!.id, bytes);
  return job!.id;
}

async function keepFile(tx: Tx, job: Uuid, bytes: Bytes): Promise<void> {
  let part = 0;
  for await (const chunk of bytes())
    for (let start = 0; start < chunk.length; start += PART)
      await tx.run('INSERT INTO import_file (job_id, part, content) VALUES ($1, $2, $3)', [
        job,
        (part += 1),
        chunk.subarray(start, start + PART),
      ]);
}

/** The file of a job, read part by part. */
export const fileOf = (tx: Tx, job: Uuid): Bytes =>
  async function* () {
    for (let part = 1; ; part += 1) {
      const [row] = await tx.query<{ content: Buffer }>(
        'SELECT content FROM import_file WHERE job_id = $1 AND part = $2',
        [job, part],
      );
      if (!row) return;
      yield row.content;
    }
  };

/** Takes the oldest open import that no living worker has, and marks it as running. */
export async function claimImport(database: Database, owner: Uuid): Promise<ImportJob | undefined> {
  const open = await database.query<{ id: Uuid }>(
    `SELECT id FROM job WHERE kind = 'import' AND status IN ('waiting', 'running') ORDER BY created_at LIMIT 10`,
  );
  for (const { id } of open) {
    if (!(await holdImport(database, id, owner))) continue;
    const job = await startJob(database, id);
    if (job) return job;
  }
  return undefined;
}

/** Takes or renews the lease on an import. */
export const holdImport = (tx: Tx, id: Uuid, owner: Uuid): Promise<boolean> =>
  takeLease(tx, `import:${id}`, owner, LEASE);

/** Gives the lease back, so that nobody waits for it to run out. */
export const releaseImport = (tx: Tx, id: Uuid, owner: Uuid): Promise<number> =>
  tx.run('DELETE FROM lease WHERE name = $1 AND owner = $2', [`import:${id}`, owner]);

interface StoredPlan {
  readonly plan: JsonObject;
  readonly source: number;
  readonly format: CsvFormat;
  readonly records: number;
}

async function startJob(database: Database, id: Uuid): Promise<ImportJob | undefined> {
  const [row] = await database.query<{ plan: StoredPlan; cursor: string; created_at: Date }>(
    `UPDATE job SET status = 'running', started_at = coalesce(started_at, now()) WHERE id = $1 AND status IN ('waiting', 'running')
     RETURNING plan, cursor, created_at`,
    [id],
  );
  if (!row) return undefined;
  const { source, format, records } = row.plan;
  const parsed = parsePlan(row.plan.plan, {
    source: () => ({ trusted: true }),
    topic: () => true,
    list: () => true,
  });
  if ('problems' in parsed) {
    await failImport(database, id, 'The stored plan is not understood any more.');
    return undefined;
  }
  return {
    id,
    source,
    plan: parsed.plan,
    format,
    records,
    cursor: Number(row.cursor),
    createdAt: row.created_at.getTime(),
  };
}

/**
 * Enters the rows of a chunk and moves the job's cursor from `job.cursor` to `to`, in one transaction. False when the job was
 * canceled or somebody else has moved it: then nothing was done.
 */
export function runImportChunk(
  database: Database,
  job: ImportJob,
  rows: readonly ImportRow[],
  to: number,
  now: number,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const counts = await lockCounts(tx, job);
    if (!counts) return false;
    const applied = await applyRows(tx, job, rows, now);
    await keepProblems(
      tx,
      job.id,
      applied.flatMap(({ problems }) => problems),
    );
    await tx.run('UPDATE job SET cursor = $2, counts = $3, done = $4 WHERE id = $1', [
      job.id,
      to,
      JSON.stringify(addRows(counts, applied)),
      Math.min(to / job.records, 1),
    ]);
    return true;
  });
}

async function lockCounts(tx: Tx, { id, cursor }: ImportJob): Promise<ImportCounts | undefined> {
  const [row] = await tx.query<{ counts: ImportCounts }>(
    `SELECT counts FROM job WHERE id = $1 AND status = 'running' AND cursor = $2 FOR UPDATE`,
    [id, cursor],
  );
  return row?.counts;
}

async function keepProblems(tx: Tx, job: Uuid, problems: readonly RowProblem[]): Promise<void> {
  if (problems.length === 0) return;
  await tx.run(
    `INSERT INTO import_problem (job_id, row, ordinal, column_name, code, message, entry)
     SELECT $1, p.row, row_number() OVER (PARTITION BY p.row ORDER BY p.n), p."column", p.code, p.message, p.entry
     FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (row integer, "column" text, code text, message text, entry text))
       WITH ORDINALITY AS p (row, "column", code, message, entry, n)`,
    [job, JSON.stringify(problems)],
  );
}

/** Marks an import as done, and forgets its file. */
export const finishImport = (database: Database, id: Uuid): Promise<void> => endImport(database, id, 'done');

/** Gives an import up; what it has done so far stays. */
export const failImport = (database: Database, id: Uuid, error: string): Promise<void> =>
  endImport(database, id, 'failed', error);

function endImport(database: Database, id: Uuid, status: 'done' | 'failed', error?: string): Promise<void> {
  return database.transaction(async (tx) => {
    const ended = await tx.run(
      `UPDATE job SET status = $2, error = $3, done = CASE WHEN $2 = 'done' THEN 1 ELSE done END, ended_at = now()
       WHERE id = $1 AND status = 'running'`,
      [id, status, error?.slice(0, 1_000) ?? null],
    );
    if (ended > 0) await tx.run('DELETE FROM import_file WHERE job_id = $1', [id]);
  });
}

/** Files of canceled imports are personal data that nobody needs any more. */
export const forgetCanceledFiles = (tx: Tx): Promise<number> =>
  tx.run(
    `DELETE FROM import_file WHERE job_id IN (SELECT id FROM job WHERE kind = 'import' AND status = 'canceled')`,
  );

/** The problems of an import after a place in it, in the order of its rows. */
export const importProblems = (
  tx: Tx,
  job: Uuid,
  page: { readonly after?: { readonly row: number; readonly ordinal: number }; readonly limit: number },
): Promise<(RowProblem & { readonly ordinal: number })[]> =>
  tx.query(
    `SELECT row, ordinal, column_name AS "column", code, message, entry FROM import_problem
     WHERE job_id = $1 AND (row, ordinal) > ($2, $3) ORDER BY row, ordinal LIMIT $4`,
    [job, page.after?.row ?? 0, page.after?.ordinal ?? 0, page.limit],
  );
