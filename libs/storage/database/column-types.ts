import { types, type CustomTypesConfig } from 'pg';

const { INT8, TIMESTAMPTZ } = types.builtins;

const parseAnyTimestamp = types.getTypeParser(TIMESTAMPTZ) as (text: string) => Date;

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, (text) => text],
  [TIMESTAMPTZ, parseTimestamp],
]);

/** bigint as decimal text, timestamptz as Date, the others as node-postgres has them. */
export const columnTypes: CustomTypesConfig = {
  getTypeParser: (type, format) =>
    (format !== 'binary' && parsers.get(type)) || types.getTypeParser(type, format),
};

/**
 * `2026-11-24 23:50:41.123456+00`, to the millisecond; what looks otherwise is left to node-postgres, which takes texts apart by
 * regular expressions, at a cost above that of the rest of a row.
 */
export function parseTimestamp(text: string): Date {
  const end = text.length - 3;
  const isPlain = text[4] === '-' && text[10] === ' ' && text.endsWith('+00') && !text.startsWith('00');
  if (!isPlain || end < 19) return parseAnyTimestamp(text);
  return new Date(
    Date.UTC(
      digits(text, 0, 4),
      digits(text, 5, 7) - 1,
      digits(text, 8, 10),
      digits(text, 11, 13),
      digits(text, 14, 16),
      digits(text, 17, 19),
      digits(text, 20, Math.min(end, 23)) * 10 ** Math.max(0, 23 - end),
    ),
  );
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) number = 10 * number + text.charCodeAt(at) - 48;
  return number;
}
