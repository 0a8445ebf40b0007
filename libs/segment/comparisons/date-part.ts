import { dateOf, hourOf, WEEKDAYS, type Day, type Weekday } from '../calendar';
import { anyOf, refTo, word } from '../schema/schema';
import { zoneTrait } from '../time-zone';
import { parseCount, passesNumber, type NumberComparison } from './count';
import { dateIn, dayIn, type DateValue } from './date';
import type { Operator } from './operator';

const onTraits = [zoneTrait];

const weekdays = word(...WEEKDAYS);

/** Dates that are on one of these days of the week in the contact's time zone. */
export const weekday: Operator<readonly Weekday[]> = {
  expected: `one of ${WEEKDAYS.join(', ')}, or a list of them`,
  schema: anyOf(weekdays, { type: 'array', items: weekdays, minItems: 1 }),
  parse(raw, path, findings) {
    const written: unknown[] = [raw].flat();
    if (written.length === 0 || !written.every((one) => WEEKDAYS.some((day) => day === one)))
      return undefined;
    const days = WEEKDAYS.filter((day) => written.includes(day));
    return days.length < WEEKDAYS.length
      ? days
      : findings.add(path, 'constant', 'That holds for every date.', this.expected);
  },
  test:
    (operand) =>
    (value, { zone }) => {
      const date = dateIn(value);
      return date !== undefined && operand.includes(weekdayOf(dayIn(date, zone)));
    },
  compares: () => 'date',
  depends: () => ({ onTraits }),
};

/** JavaScript counts the days of a week from Sunday. */
const weekdayOf = (day: Day): Weekday => WEEKDAYS[(dateOf(day).getUTCDay() + 6) % WEEKDAYS.length]!;

/** A part of a date that is a number, in the contact's time zone; a date without it compares false. */
const numbered = (
  what: string,
  least: number,
  most: number,
  partOf: (date: DateValue, zone: string) => number | undefined,
): Operator<NumberComparison> => ({
  expected: `a whole number from ${least} to ${most}, a list of such, or operators with them`,
  schema: anyOf(refTo('NumberComparison'), { type: 'array', items: { type: 'integer' }, minItems: 1 }),
  parse(raw, path, findings) {
    if (typeof raw === 'string') return undefined;
    const comparison = Array.isArray(raw) ? { in: raw } : raw;
    return parseCount(comparison, path, most, findings, { what, least, most });
  },
  test:
    (operand) =>
    (value, { zone }) => {
      const date = dateIn(value);
      const part = date && partOf(date, zone);
      return part !== undefined && passesNumber(operand, part);
    },
  compares: () => 'date',
  depends: () => ({ onTraits }),
});

export const month = numbered('month', 1, 12, (date, zone) => dateOf(dayIn(date, zone)).getUTCMonth() + 1);

export const dayOfMonth = numbered('day of the month', 1, 31, (date, zone) =>
  dateOf(dayIn(date, zone)).getUTCDate(),
);

/** Plain dates have no hour. */
export const hour = numbered('hour', 0, 23, (date, zone) =>
  'at' in date ? hourOf(date.at, zone) : undefined,
);
