import { ApiProperty } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import type { ImportCounts, JobRow, RowProblem } from '@entente/storage';
import { safeCell } from '../http/csv';
import { Shown, shown, ShownInstant, ShownList } from '../http/views';

export class ImportProblem {
  @Shown(Number, { description: 'As spreadsheets count: the header is row 1.' }) row!: number;
  @Shown(String, { nullable: true }) column!: string | null;
  @Shown(String) code!: string;
  @Shown(String) message!: string;
  @Shown(String, { nullable: true, description: 'The ledger entry that stands against a grant.' }) entry!:
    string | null;
}

class Counts {
  @Shown(Number, { description: 'rows = created + updated + refused; blank rows are none.' }) rows!: number;
  @Shown(Number) created!: number;
  @Shown(Number) updated!: number;
  @Shown(Number) refused!: number;
  @Shown(Number) grants!: number;
  @Shown(Number) withdrawals!: number;
  @Shown(Number, { description: "People who were not on the plan's list before." }) joined!: number;
  @ShownList(ImportProblem, { description: 'The first of them.' }) problems!: ImportProblem[];
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
  @Shown(Number, { description: 'From 0 to 1.' }) done!: number;
  @Shown(String, { nullable: true }) error!: string | null;
  @ShownInstant() createdAt!: string;
  @ShownInstant({ nullable: true }) endedAt!: string | null;
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
