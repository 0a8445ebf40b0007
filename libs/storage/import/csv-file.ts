import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse, type CsvError } from 'csv-parse';
import { decode, decodeStream } from 'iconv-lite';
import { Invalid } from '@entente/kernel';

export interface CsvFormat {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly delimiter: ',' | ';' | '\t';
}

/** A file that can be read more than once. */
export type Bytes = () => AsyncIterable<Buffer>;

/** One record of the file. The header is row 1, as spreadsheets count. */
export interface CsvRecord {
  readonly row: number;
  readonly cells: readonly string[];
}

export interface InspectedCsv {
  readonly format: CsvFormat;
  readonly header: readonly string[];
  /** Records under the header, blank ones included. */
  readonly records: number;
}

const HEAD = 65_536;
const MOST_COLUMNS = 1_000;
/** What one record may hold; a quote that is never closed swallows no more than this. */
const LONGEST_RECORD = 100_000;

/**
 * Reads a whole file once and again to learn its encoding, its delimiter and that it is sound to its end; memory stays bounded by one
 * record. Throws `Invalid` with the row that is not.
 */
export async function inspectCsv(bytes: Bytes): Promise<InspectedCsv> {
  const { encoding, head } = await detectEncoding(bytes);
  const format = { encoding, delimiter: delimiterOf(decode(head, encoding)) };
  let header: readonly string[] | undefined;
  let records = 0;
  for await (const { row, cells } of readCsv(bytes, format)) {
    if (row === 1) header = headerOf(cells);
    else records += 1;
  }
  if (!header || records === 0) throw unreadable('empty', 'The file has no rows under its header.');
  return { format, header, records };
}

/** Every record of a file, the header first. Throws `Invalid` where it stops being CSV. */
export async function* readCsv(bytes: Bytes, { encoding, delimiter }: CsvFormat): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: LONGEST_RECORD,
  });
  const piped = pipeline(Readable.from(bytes()), decodeStream(encoding), parser);
  piped.catch(() => undefined); // the loop below gets the error, too
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) yield { row: (row += 1), cells };
    await piped;
  } catch (error) {
    throw isCsvError(error) ? brokenAt(error) : error;
  }
}

const isCsvError = (error: unknown): error is CsvError =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');

function brokenAt(error: CsvError): Invalid {
  const { records = 0, lines = 0 } = error as { records?: number; lines?: number };
  const where = `Row ${records + 1} (near line ${lines})`;
  if (error.code === 'CSV_QUOTE_NOT_CLOSED')
    return unreadable('unclosed-quote', `${where} opens a quote that is never closed.`);
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return unreadable(
      'too-long',
      `${where} is longer than ${LONGEST_RECORD} characters; a quote may never be closed.`,
    );
  return unreadable('not-csv', `${where} is not CSV.`);
}

const unreadable = (code: string, message: string): Invalid =>
  Invalid.at('file', code, message, 'CSV with a header, apart by commas, semicolons or tabs');

async function detectEncoding(bytes: Bytes): Promise<{ encoding: CsvFormat['encoding']; head: Buffer }> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let head = Buffer.alloc(0);
  let wide: CsvFormat['encoding'] | undefined;
  let utf8 = true;
  for await (const chunk of bytes()) {
    if (head.length < HEAD) {
      head = Buffer.concat([head, chunk.subarray(0, HEAD)]);
      wide = utf16Of(head);
    }
    utf8 &&= decodes(decoder, chunk);
    if ((wide || !utf8) && head.length >= HEAD) break;
  }
  if (utf8 && head.length < HEAD) utf8 = isUtf8(head);
  return { encoding: wide ?? (utf8 ? 'utf-8' : 'windows-1252'), head };
}

function decodes(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** UTF-16 by its mark, or by the zeros beside every Latin letter. */
function utf16Of(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const sample = head.subarray(0, 2_000);
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2]! += 1;
  const most = sample.length / 5;
  if (zeros[1]! > most && zeros[0]! < most / 4) return 'utf-16le';
  return zeros[0]! > most && zeros[1]! < most / 4 ? 'utf-16be' : undefined;
}

/** The delimiter that the header has most of, outside of quotes. */
function delimiterOf(text: string): CsvFormat['delimiter'] {
  const header = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? '';
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  const count = (delimiter: string): number => bare.split(delimiter).length;
  const delimiters = [';', ',', '\t'] as const;
  return delimiters.reduce((best, next) => (count(next) > count(best) ? next : best));
}

function headerOf(cells: readonly string[]): string[] {
  if (cells.length > MOST_COLUMNS)
    throw unreadable('too-many-columns', `At most ${MOST_COLUMNS} columns are read.`);
  return headerNames(cells);
}

/** The names of columns as plans are compared with them. */
export const headerNames = (cells: readonly string[]): string[] =>
  cells.map((cell) => cell.trim().normalize('NFC'));
