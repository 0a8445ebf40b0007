import type { Instant } from '@entente/kernel';
import type { Database, Tx } from '../database/database';
import { addRows, applyRows, CHUNK, noRows, type AppliedRow, type ImportCounts } from './apply-rows';
import { readCsv, type Bytes, type CsvFormat, type CsvRecord } from './csv-file';
import { EarlierRows } from './earlier-rows';
import type { Import } from './enter-rows';
import { rowReader, type ImportRow, type RowProblem } from './read-row';

export interface DryRun {
  readonly counts: ImportCounts;
  /** The first of the problems. */
  readonly problems: readonly RowProblem[];
}

/**
 * What an import would do: each chunk is done and rolled back, on top of what earlier rows of the file would have done, so that the
 * real thing decides. Keeps at most `mostProblems`.
 */
export async function dryRun(
  database: Database,
  job: Import & { readonly format: CsvFormat },
  header: readonly string[],
  bytes: Bytes,
  options: { readonly now: Instant; readonly mostProblems: number },
): Promise<DryRun> {
  const read = rowReader(job.plan, header);
  const earlier = new EarlierRows();
  const problems: RowProblem[] = [];
  let counts = noRows;
  for await (const chunk of chunksOf(readCsv(bytes, job.format))) {
    const rows = chunk.map(read).filter((row) => row !== undefined);
    const applied = await preview(database, job, rows, earlier, options.now);
    counts = addRows(counts, applied);
    problems.push(...applied.flatMap((row) => row.problems).slice(0, options.mostProblems - problems.length));
  }
  return { counts, problems };
}

/** The records under the header. */
async function* chunksOf(records: AsyncIterable<CsvRecord>): AsyncGenerator<CsvRecord[]> {
  let chunk: CsvRecord[] = [];
  for await (const record of records) {
    if (record.row === 1 || chunk.push(record) < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function preview(
  database: Database,
  job: Import,
  rows: readonly ImportRow[],
  earlier: EarlierRows,
  now: Instant,
): Promise<AppliedRow[]> {
  const { persons, applied } = await rolledBack(database, async (tx) => ({
    persons: await earlier.putBack(tx, job, rows, now),
    applied: await applyRows(tx, job, rows, now),
  }));
  return applied.map((row) => earlier.add(row, persons));
}

class RolledBack<T> extends Error {
  constructor(readonly result: T) {
    super('the dry run leaves no trace');
  }
}

/** What `work` gives, once all that it did is undone. */
async function rolledBack<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  const undone = await database
    .transaction(async (tx): Promise<RolledBack<T>> => {
      throw new RolledBack(await work(tx));
    })
    .catch((error: unknown) => {
      if (error instanceof RolledBack) return error as RolledBack<T>;
      throw error;
    });
  return undone.result;
}
