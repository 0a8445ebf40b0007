import { DAY, type Duration } from '@entente/kernel';
import { isObject } from '@entente/kernel';
import { bounds } from './bounds';
import { calendarUnits, longestUnit, type CalendarUnit } from './calendar-unit';
import { below, quote, type Findings } from './findings';

/** Whole units of the calendar, counted from the present one, which is 0: `{ "month": -1 }`, or from one to another: `{ "day": [-7, -1] }`. */
export type During = { readonly [unit in CalendarUnit]?: number | readonly [first: number, last: number] };

/** The same taken apart. */
export interface DuringUnits {
  readonly unit: CalendarUnit;
  /** The first and the last that count, counted from the present one. */
  readonly first: number;
  readonly last: number;
}

export const expectedDuring = `one of ${calendarUnits.join(', ')} with a whole number, 0 for the present one and -1 for the one before, or two of them in order, such as { "month": -1 } or { "day": [-7, -1] }`;

/** Units in their canonical form: of a pair that names the same twice, that one. */
export function parseDuring(raw: unknown, path: string, findings: Findings): During | undefined {
  const [unit, ...others] = isObject(raw) ? Object.keys(raw) : [];
  if (unit === undefined || others.length > 0)
    return findings.add(path, 'during', 'That names no stretch of the calendar.', expectedDuring);
  if (!isUnit(unit))
    return findings.add(
      below(path, unit),
      'unknown-field',
      `There is no unit ${quote(unit)} of the calendar.`,
      calendarUnits.join(', '),
    );
  const written = (raw as Record<string, unknown>)[unit];
  const [first, last, ...more]: unknown[] = Array.isArray(written) ? written : [written, written];
  if (!isNumber(first, unit) || !isNumber(last, unit) || first > last || more.length > 0)
    return findings.add(
      below(path, unit),
      'during',
      'These are no numbers of units in order, up to 100 years from now.',
      expectedDuring,
    );
  return { [unit]: first === last ? first : [first, last] };
}

const isUnit = (name: string): name is CalendarUnit => calendarUnits.some((unit) => unit === name);

const isNumber = (value: unknown, unit: CalendarUnit): value is number =>
  Number.isInteger(value) && spanOver(unit, Math.abs(value as number)) <= bounds.window;

/** However they fall, so many units are no longer. */
export const spanOver = (unit: CalendarUnit, many: number): Duration => many * longestUnit(unit) * DAY;

/** What `parseDuring` read. */
export function unitsIn(during: During): DuringUnits {
  const [unit, numbers] = Object.entries(during)[0] as [CalendarUnit, number | readonly [number, number]];
  const [first, last] = typeof numbers === 'number' ? [numbers, numbers] : numbers;
  return { unit, first, last };
}
