import { ApiProperty } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import type { ImportCounts, JobRow, RowProblem } from '@entente/storage';
import { safeCell } from '../http/csv';
import { Shown, shown, ShownInstant, ShownList } from '../http/views';

export class ImportProblem {
  /** As spreadsheets count: the header is row 1. */
  @Shown(Number) row!: number;
  @Shown(String, true) column!: string | null;
  @Shown(String) code!: string;
  @Shown(String) message!: string;
  /** The ledger entry that stands against a grant. */
  @Shown(String, true) entry!: string | null;
}

class Counts {
  /** rows = created + updated + refused; blank rows are none. */
  @Shown(Number) rows!: number;
  @Shown(Number) created!: number;
  @Shown(Number) updated!: number;
  @Shown(Number) refused!: number;
  @Shown(Number) grants!: number;
  @Shown(Number) withdrawals!: number;
  /** People who were not on the plan's list before. */
  @Shown(Number) joined!: number;
  /** The first of them. */
  @ShownList(ImportProblem) problems!: ImportProblem[];
}

export class DryRunAnswer extends Counts {
  @Shown(Boolean) dryRun!: true;
  @Shown(String) encoding!: string;
  @Shown(String) delimiter!: string;
  @ApiProperty({ type: String, description: 'The problems as CSV.' })
  problemsCsv!: string;
}

export class ImportAnswer extends Counts {
  @Shown(String) job!: string;
  @Shown(String) status!: string;
  /** From 0 to 1. */
  @Shown(Number) done!: number;
  @Shown(String, true) error!: string | null;
  @ShownInstant() createdAt!: string;
  @ShownInstant(true) endedAt!: string | null;
  @ApiProperty({ type: String, description: 'Where to read all problems as CSV.' })
  problemsCsv!: string;
}

/** Problems that answers list; the CSV has the others too. */
export const PROBLEMS_LISTED = 100;

const listed = (problems: readonly RowProblem[]): ImportProblem[] =>
  problems.slice(0, PROBLEMS_LISTED).map(({ row, column, code, message, entry }) => ({
    row,
    column: column ?? null,
    code,
    message,
    entry: entry ?? null,
  }));

const shownCounts = ({ rows, created, updated, refused, grants, withdrawals, joined }: ImportCounts) => ({
  rows,
  created,
  updated,
  refused,
  grants,
  withdrawals,
  joined,
});

export const showDryRun = (
  counts: ImportCounts,
  problems: readonly RowProblem[],
  format: { readonly encoding: string; readonly delimiter: string },
): DryRunAnswer => ({
  dryRun: true,
  ...shownCounts(counts),
  ...format,
  problems: listed(problems),
  problemsCsv: stringify([csvHeader, ...problems.map((problem) => csvRow(problem).map(safeCell))], {
    quoted: true,
  }),
});

export const showImport = (job: JobRow, problems: readonly RowProblem[]): ImportAnswer => ({
  job: job.id,
  status: job.status,
  done: job.done,
  ...shownCounts(job.counts as unknown as ImportCounts),
  problems: listed(problems),
  problemsCsv: `/api/v1/imports/${job.id}/problems`,
  error: job.error,
  createdAt: shown(job.createdAt)!,
  endedAt: shown(job.endedAt),
});

export const csvHeader = ['row', 'column', 'code', 'message', 'entry'];

export const csvRow = ({ row, column, code, message, entry }: RowProblem) => [
  row,
  column ?? '',
  code,
  message,
  entry ?? '',
];
