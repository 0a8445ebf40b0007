import { StreamableFile } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import type { FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Answer } from './answer';

export type Cell = string | number | boolean | null | undefined;

/** Whether the request prefers text/csv to JSON. */
export function wantsCsv(request: FastifyRequest): boolean {
  const accepted = (request.headers.accept ?? '').split(',').map((range) => range.trim().toLowerCase());
  const csv = accepted.findIndex((range) => range.startsWith('text/csv'));
  const json = accepted.findIndex((range) => range.startsWith('application/json') || range.startsWith('*/*'));
  return csv >= 0 && (json < 0 || csv < json);
}

const FORMULA = /^[=+\-@\t\r]/;

/** A cell that a spreadsheet would run as a formula is quoted behind an apostrophe. */
export const safeCell = (cell: Cell): Cell =>
  typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : cell;

const lines = (rows: readonly (readonly Cell[])[]): string =>
  stringify(
    rows.map((row) => row.map((cell) => safeCell(cell) ?? '')),
    { quoted: true, record_delimiter: '\r\n', cast: { boolean: String } },
  );

/** A CSV file (UTF-8, RFC 4180, every cell quoted), written while its rows are read. */
export function csvAnswer(
  name: string,
  header: readonly string[],
  rows: AsyncIterable<readonly (readonly Cell[])[]>,
): Answer<StreamableFile> {
  async function* text(): AsyncGenerator<string> {
    yield lines([header]);
    for await (const some of rows) if (some.length) yield lines(some);
  }
  const file = new StreamableFile(Readable.from(text(), { objectMode: false }), {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${name}.csv"`,
  });
  return new Answer(200, file);
}

/** Reads a list to its end, page by page. */
export async function* allPages<Row>(
  read: (after: Row | undefined) => Promise<readonly Row[]>,
  limit: number,
): AsyncGenerator<readonly Row[]> {
  let after: Row | undefined;
  for (;;) {
    const rows = await read(after);
    yield rows;
    if (rows.length < limit) return;
    after = rows.at(-1);
  }
}
