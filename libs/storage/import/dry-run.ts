import { EVERY_TOPIC } from '@entente/consent';
import type { Instant } from '@entente/kernel';
import type { Database } from '../database/database';
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
import type { PermissionPlan } from './plan-permissions';
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

/**
 * What rows of earlier chunks would have done, which the database does not know: to whom a row's strongest key leads, as the
 * import has it before the engine merges anybody, and to addresses that somebody opted out of.
 */
class EarlierRows {
  private readonly keys = new Set<string>();
  private readonly standings = new Map<string, { readonly act: string; readonly address?: string }>();
  private readonly suppressed = new Set<string>();
  private readonly joined = new Set<string>();

  /** What earlier rows decide of this row's permissions, and the row with the rest of them. */
  decide(row: ImportRow): { readonly rest: ImportRow; readonly problems: readonly RowProblem[] } {
    const decided = row.permissions.map((permission) => [permission, this.verdict(row, permission)] as const);
    return {
      rest: {
        ...row,
        permissions: decided.flatMap(([permission, is]) => (is === 'open' ? [permission] : [])),
      },
      problems: decided.flatMap(([{ plan }, is]) =>
        is === 'withdrawn' ? [refusedPermission(row.row, plan.column, is, plan.topic)] : [],
      ),
    };
  }

  /** The outcome of a row, with what earlier rows say of it; later rows are weighed against it. */
  add(applied: AppliedRow, problems: readonly RowProblem[]): AppliedRow {
    const { row, acts } = applied;
    const repeated = applied.is === 'created' && row.keys.some((key) => this.keys.has(key));
    for (const { plan } of acts) this.remember(row, plan);
    const joined = applied.joined && !this.joined.has(row.keys[0]!);
    if (joined) this.joined.add(row.keys[0]!);
    if (applied.is !== 'refused') for (const key of row.keys) this.keys.add(key);
    return {
      ...applied,
      is: repeated ? 'updated' : applied.is,
      joined,
      problems: [...applied.problems, ...problems],
    };
  }

  private remember({ keys, address }: ImportRow, { topic, act }: PermissionPlan): void {
    this.standings.set(`${topic} ${keys[0]}`, { act, ...(address && { address }) });
    if (act === 'withdrawn' && address) this.suppressed.add(`${topic} ${address}`);
  }

  private verdict({ keys, address }: ImportRow, { plan }: RowPermission): 'open' | 'already' | 'withdrawn' {
    const { topic, act } = plan;
    const standing = this.standings.get(`${topic} ${keys[0]}`);
    if (act === 'withdrawn') return standing?.act === act ? 'already' : 'open';
    const ended = standing?.act === 'withdrawn' || this.standings.has(`${EVERY_TOPIC} ${keys[0]}`);
    if (ended) return 'withdrawn';
    if (standing && standing.address === address) return 'already';
    const covered = [topic, EVERY_TOPIC].some((name) => this.suppressed.has(`${name} ${address}`));
    return covered ? 'withdrawn' : 'open';
  }
}
