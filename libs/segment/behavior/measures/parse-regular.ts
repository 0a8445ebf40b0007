import { DAY, formatDuration, isObject, type Json } from '@entente/kernel';
import { bounds } from '../../bounds';
import type { UnitStarts } from '../../calendar-unit';
import type { Comparison } from '../../comparisons/comparison';
import { parseCount, passesNumber } from '../../comparisons/count';
import { numeric } from '../../comparisons/numeric';
import { below, quote, type Findings } from '../../findings';
import { parseStarts, startSchemas } from '../../parse-starts';
import { operatorSchemas } from '../../schema/operator-schemas';
import { anyOf, closed, pairOf, refTo, word } from '../../schema/schema';
import { parseExactWindow } from '../../window';
import { isRolling, lengthOf } from './rolling';

export type Unit = 'day' | 'week' | 'month';
const regularUnits: readonly Unit[] = ['day', 'week', 'month'];
const expected = `{ "in": ${regularUnits.map((name) => `"${name}"`).join(' or ')}, or a duration such as "P14D" for periods back from now, "of": 1 to ${bounds.regular}, or two numbers of them from the present one, which is 0 } and a comparison, such as { "in": "week", "of": 4, "gte": 3 } or { "in": "week", "of": [-4, -1], "gte": 3 }; beside "week" also "weekStarts", beside each "zone"`;

/** The first and the last that count, counted from the present one. */
export type Units = readonly [first: number, last: number];

/**
 * In how many of the last `of` days, weeks or months of the contact's zone, this one included, or of those from one to another, or of
 * periods of one length back from now, something happened, or happened so many times.
 */
export type Regular = {
  /** A unit of the calendar, or how long each period is, back from now. */
  readonly in: string;
  readonly of: number | Units;
  readonly times?: Comparison;
} & Pick<UnitStarts, 'weekStarts' | 'zone'> & { readonly [operator: string]: Json };

export function parseRegular(raw: unknown, path: string, findings: Findings): Regular | undefined {
  if (!isObject(raw)) return findings.add(path, 'regular', 'How regular is not said.', expected);
  const { in: unit, of, times: often, weekStarts, yearStarts, zone, ...rest } = raw;
  const isUnit = regularUnits.some((name) => name === unit);
  const units = unitsAsked(of);
  const many = units ? units[1] - units[0] + 1 : bounds.regular;
  const period = isUnit ? (unit as Unit) : parseLength(unit, below(path, 'in'), findings);
  if (!units)
    findings.add(
      below(path, 'of'),
      'count',
      'That is no number of them, nor are these two in order.',
      expected,
    );
  const times =
    often === undefined
      ? undefined
      : parseCount(often, below(path, 'times'), bounds.countWithin, findings, TIMES);
  const count = parseCount(rest, path, many, findings);
  if (!period || !units || !count) return undefined;
  const starts = isUnit
    ? parseStarts(unit as Unit, { weekStarts, yearStarts, zone }, path, findings)
    : refuseStarts({ weekStarts, yearStarts, zone }, path, findings);
  if (!starts) return undefined;
  const truths = Array.from({ length: many + 1 }, (_, number) => passesNumber(count, number));
  return new Set(truths).size === 1
    ? findings.add(path, 'constant', 'That holds for every number of them, or for none.', expected)
    : { ...count, ...starts, in: period, of: units[1] === 0 ? many : units, ...(times && { times }) };
}

export const regularSchema = closed(
  {
    ...operatorSchemas(numeric),
    in: anyOf(word(...regularUnits), { type: 'string', pattern: '^P', example: 'P14D' }),
    ...startSchemas('week'),
    of: anyOf(
      { type: 'integer', minimum: 1, maximum: bounds.regular },
      pairOf({ type: 'integer', minimum: 1 - bounds.regular, maximum: 0 }),
    ),
    times: refTo('NumberComparison'),
  },
  ['in', 'of'],
);

/** A length of periods back from now, so many of which are no longer than a window may be. */
function parseLength(raw: unknown, path: string, findings: Findings): string | undefined {
  if (typeof raw !== 'string' || !isRolling(raw))
    return findings.add(path, 'unit', 'That is no unit of the calendar, and no duration.', expected);
  const read = parseExactWindow(raw, path, findings);
  if (read === undefined || lengthOf(read) * bounds.regular <= bounds.window) return read;
  return findings.add(path, 'duration', 'So long a period is a period by itself.', longestPeriod);
}

const longestPeriod = `a duration of up to ${formatDuration(Math.floor(bounds.window / bounds.regular / DAY) * DAY)}`;

/** Periods back from now begin nowhere in the calendar. */
function refuseStarts(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): Readonly<Record<string, never>> | undefined {
  const written = Object.keys(fields).filter((name) => fields[name] !== undefined);
  for (const name of written)
    findings.add(
      below(path, name),
      'out-of-place',
      'Beside periods of a length this says nothing.',
      `${quote(name)} beside units of the calendar only`,
    );
  return written.length > 0 ? undefined : {};
}

/** Units in which nothing happened are never among those that count. */
const TIMES = { what: 'number of times', least: 1, most: Infinity };

/** As authors write them: so many, the present one included, or from one to another. */
function unitsAsked(of: unknown): Units | undefined {
  const [first, last, ...more] = (
    Array.isArray(of) ? of : [typeof of === 'number' ? 1 - of : undefined, 0]
  ) as unknown[];
  const are = [first, last].every(
    (one) => Number.isInteger(one) && (one as number) <= 0 && (one as number) > -bounds.regular,
  );
  return are && (first as number) <= (last as number) && more.length === 0
    ? [first as number, last as number]
    : undefined;
}
