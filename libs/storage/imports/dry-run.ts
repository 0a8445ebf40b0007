import type { Instant } from '@entente/kernel';
import type { Database } from '../database';
import {
  addRows,
  applyRows,
  noRows,
  refusedPermission,
  type AppliedRow,
  type Import,
  type ImportCounts,
} from './apply-rows';
import { readCsv, type Bytes, type CsvFormat } from './csv-file';
import { rowReader, type ImportRow, type RowPermission, type RowProblem } from './read-row';

export interface DryRun {
  readonly counts: ImportCounts;
  /** The first of the problems. */
  readonly problems: readonly RowProblem[];
}

const CHUNK = 200;

/**
 * What an import would do: each chunk is done and rolled back, so that the real thing decides. What earlier rows of the file
 * would have changed is remembered here. Keeps at most `mostProblems`.
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
  let chunk: ImportRow[] = [];
  const flush = async () => {
    const applied = await preview(database, job, chunk, earlier, options.now);
    counts = addRows(counts, applied);
    problems.push(...applied.flatMap((row) => row.problems).slice(0, options.mostProblems - problems.length));
    chunk = [];
  };
  for await (const record of readCsv(bytes, job.format)) {
    const row = record.row === 1 ? undefined : read(record);
    if (row && chunk.push(row) === CHUNK) await flush();
  }
  if (chunk.length > 0) await flush();
  return { counts, problems };
}

class RolledBack extends Error {
  constructor(readonly applied: readonly AppliedRow[]) {
    super('the dry run leaves no trace');
  }
}

async function preview(
  database: Database,
  job: Import,
  rows: readonly ImportRow[],
  earlier: EarlierRows,
  now: Instant,
): Promise<AppliedRow[]> {
  const decided = rows.map((row) => earlier.decide(row));
  const applied = await database
    .transaction(async (tx): Promise<readonly AppliedRow[]> => {
      throw new RolledBack(
        await applyRows(
          tx,
          job,
          decided.map(({ rest }) => rest),
          now,
        ),
      );
    })
    .catch((error: unknown) => {
      if (error instanceof RolledBack) return error.applied;
      throw error;
    });
  return applied.map((row, index) => earlier.add(row, decided[index]!.problems));
}

/** What rows of earlier chunks would have done, which the database does not know. */
class EarlierRows {
  private readonly keys = new Set<string>();
  private readonly acts = new Map<string, string>();

  /** What earlier rows decide of this row's permissions, and the row with the rest of them. */
  decide(row: ImportRow): { readonly rest: ImportRow; readonly problems: readonly RowProblem[] } {
    const open = row.permissions.filter((permission) => !this.earlierAct(row, permission));
    const problems = row.permissions.flatMap((permission) => this.refusal(row, permission));
    return { rest: { ...row, permissions: open }, problems };
  }

  /** The outcome of a row, with what earlier rows say of it; later rows are weighed against it. */
  add(applied: AppliedRow, problems: readonly RowProblem[]): AppliedRow {
    const { row, acts } = applied;
    const repeated = applied.is === 'created' && row.keys.some((key) => this.keys.has(key));
    for (const permission of acts)
      for (const name of namesOf(row, permission)) this.acts.set(name, permission.plan.act);
    if (applied.is !== 'refused') for (const key of row.keys) this.keys.add(key);
    return {
      ...applied,
      is: repeated ? 'updated' : applied.is,
      problems: [...applied.problems, ...problems],
    };
  }

  private refusal(row: ImportRow, permission: RowPermission): RowProblem[] {
    const { plan } = permission;
    const refused = plan.act === 'granted' && this.earlierAct(row, permission) === 'withdrawn';
    return refused ? [refusedPermission(row.row, plan.column, 'withdrawn', plan.topic)] : [];
  }

  /** An earlier act that settles this one: the same, or a withdrawal that it cannot lift. */
  private earlierAct(row: ImportRow, permission: RowPermission): string | undefined {
    const acts = namesOf(row, permission).map((name) => this.acts.get(name));
    return acts.find((act) => act === 'withdrawn' || act === permission.plan.act);
  }
}

const namesOf = ({ keys }: ImportRow, { plan }: RowPermission): string[] =>
  keys.map((key) => `${plan.topic} ${key}`);
