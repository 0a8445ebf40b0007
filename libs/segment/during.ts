import { DAY, isObject, type Duration } from '@entente/kernel';
import { bounds } from './bounds';
import { unitNamed, unitNames, type CalendarUnit, type UnitName, type UnitStarts } from './calendar-unit';
import { below, quote, type Findings } from './findings';
import { parseStarts } from './parse-starts';

/** Whole units of the calendar, counted from the present one, which is 0: `{ "month": -1 }`, or from one to another: `{ "day": [-7, -1] }`. */
export type During = UnitStarts & {
  readonly [unit in UnitName]?: number | readonly [first: number, last: number];
};

/** The same taken apart. */
export interface DuringUnits {
  readonly unit: CalendarUnit;
  /** The first and the last that count, counted from the present one. */
  readonly first: number;
  readonly last: number;
}

export const expectedDuring = `one of ${unitNames.join(', ')} with a whole number, 0 for the present one and -1 for the one before, or two of them in order, such as { "month": -1 } or { "day": [-7, -1] }; beside week "weekStarts", beside quarter or year "yearStarts", beside any of them "zone"`;

/** Units in their canonical form: of a pair that names the same twice, that one. */
export function parseDuring(raw: unknown, path: string, findings: Findings): During | undefined {
  const { weekStarts, yearStarts, zone, ...counted } = isObject(raw) ? raw : {};
  const [unit, ...others] = Object.keys(counted);
  if (unit === undefined || others.length > 0)
    return findings.add(path, 'during', 'That names no stretch of the calendar.', expectedDuring);
  if (!isUnit(unit))
    return findings.add(
      below(path, unit),
      'unknown-field',
      `There is no unit ${quote(unit)} of the calendar.`,
      unitNames.join(', '),
    );
  const starts = parseStarts(unit, { weekStarts, yearStarts, zone }, path, findings);
  const written: unknown = counted[unit];
  const [first, last, ...more]: unknown[] = Array.isArray(written) ? written : [written, written];
  if (!isNumber(first, unit) || !isNumber(last, unit) || first > last || more.length > 0)
    return findings.add(
      below(path, unit),
      'during',
      'These are no numbers of units in order, up to 36,525 days from now.',
      expectedDuring,
    );
  return starts && { ...starts, [unit]: first === last ? first : [first, last] };
}

const isUnit = (name: string): name is UnitName => unitNames.some((unit) => unit === name);

const isNumber = (value: unknown, unit: UnitName): value is number =>
  Number.isInteger(value) && spanOver(unitNamed(unit), Math.abs(value as number)) <= bounds.window;

/** However they fall, so many units are no longer. */
export const spanOver = (unit: CalendarUnit, many: number): Duration => many * unit.longest * DAY;

/** What `parseDuring` read. */
export function unitsIn(during: During): DuringUnits {
  const name = unitNames.find((one) => during[one] !== undefined)!;
  const numbers = during[name]!;
  const [first, last] = typeof numbers === 'number' ? [numbers, numbers] : numbers;
  return { unit: unitNamed(name, during), first, last };
}
