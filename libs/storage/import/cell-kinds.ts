import { parseInstant, toIso, type Json } from '@entente/kernel';

/** A number keeps its digits only up to here. */
const MOST_DIGITS = 15;

const yes = new Set(['1', 'true', 'yes', 'y', 'oui', 'o', 'ja', 'j', 'si', 'sí', 's', 'vrai', 'wahr', 'x']);
const no = new Set(['0', 'false', 'no', 'n', 'non', 'nein', 'faux', 'falsch']);

interface CellKind {
  readonly expected: string;
  /** The value that a trimmed, non-empty cell stands for; undefined when it stands for none. */
  read(cell: string): Json | undefined;
}

/** What a cell's text may be read as. A new kind is one entry here. */
export const cellKinds = {
  text: { expected: 'a text', read: (cell) => cell },
  integer: {
    expected: 'a whole number',
    read: (cell) => (/^[+-]?\d+$/.test(cell) ? exactNumber(cell) : undefined),
  },
  number: {
    expected: 'a number such as 1234.56',
    read: (cell) => (/^[+-]?\d+(?:\.\d+)?$/.test(cell) ? exactNumber(cell) : undefined),
  },
  'decimal-comma': { expected: 'a number such as 1 234,56', read: decimalComma },
  boolean: {
    expected: 'yes or no (1, true, oui, ja, x; 0, false, non, nein)',
    read: (cell) => (yes.has(cell.toLowerCase()) ? true : no.has(cell.toLowerCase()) ? false : undefined),
  },
  date: {
    expected: 'a date such as 2026-12-03',
    read: (cell) => dateIn(cell, /^(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)(?!\d)/),
  },
  'date-dmy': {
    expected: 'a date such as 03/12/2026, the day first',
    read: (cell) => dateIn(cell, /^(?<d>\d\d?)[/.-](?<m>\d\d?)[/.-](?<y>\d{4})(?!\d)/),
  },
  'date-mdy': {
    expected: 'a date such as 12/03/2026, the month first',
    read: (cell) => dateIn(cell, /^(?<m>\d\d?)[/.-](?<d>\d\d?)[/.-](?<y>\d{4})(?!\d)/),
  },
  instant: {
    expected: 'a date and time with an offset, such as 2026-12-03T09:00:00+01:00',
    read: (cell) => isoOf(parseInstant(cell)),
  },
} satisfies Record<string, CellKind>;
export type CellKindName = keyof typeof cellKinds;

export const isCellKind = (name: unknown): name is CellKindName =>
  typeof name === 'string' && Object.hasOwn(cellKinds, name);

function exactNumber(text: string): number | undefined {
  const digits = text.replace(/^[+-]?0*|\./g, '').replace(/^0+/, '');
  return digits.length <= MOST_DIGITS ? Number(text) + 0 : undefined;
}

/** Thousands may be apart by spaces, points or apostrophes, in threes. */
function decimalComma(cell: string): number | undefined {
  const plain = /^[+-]?\d+(?:,\d+)?$/;
  const grouped = /^[+-]?\d{1,3}(?:([ \u00a0\u202f.'’])\d{3})(?:\1\d{3})*(?:,\d+)?$/;
  if (!plain.test(cell) && !grouped.test(cell)) return undefined;
  return exactNumber(cell.replace(/[ \u00a0\u202f.'’]/g, '').replace(',', '.'));
}

/** `2026-12-03`; a time of day after the date is left out. */
function dateIn(cell: string, pattern: RegExp): string | undefined {
  const parts = pattern.exec(cell)?.groups;
  if (!parts) return undefined;
  const date = `${parts.y}-${parts.m!.padStart(2, '0')}-${parts.d!.padStart(2, '0')}`;
  return parseInstant(`${date}T00:00:00Z`) === undefined ? undefined : date;
}

const isoOf = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : toIso(instant);
