import { dateOf, hourOf, type Day } from '../calendar';
import { anyOf, refTo, word } from '../schema/schema';
import { zoneTrait } from '../time-zone';
import { parseCount, passesNumber, type NumberComparison } from './count';
import { dateIn, dayIn, type DateValue } from './date';
import type { Operator } from './operator';

const onTraits = [zoneTrait];

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
type Weekday = (typeof WEEKDAYS)[number];
const weekdays = word(...WEEKDAYS);

/** Dates that are on one of these days of the week in the contact's time zone. */
export const weekday: Operator<readonly Weekday[]> = {
  expected: `one of ${WEEKDAYS.join(', ')}, or a list of them`,
  schema: anyOf(weekdays, { type: 'array', items: weekdays, minItems: 1 }),
  parse(raw) {
    const written: unknown[] = [raw].flat();
    const isKnown = written.every((one) => WEEKDAYS.some((day) => day === one));
    return isKnown && written.length > 0 ? WEEKDAYS.filter((day) => written.includes(day)) : undefined;
  },
  test:
    (operand) =>
    (value, { zone }) => {
      const date = dateIn(value);
      return date !== undefined && operand.includes(weekdayOf(dayIn(date, zone)));
    },
  depends: () => ({ onTraits }),
};

/** JavaScript counts the days of a week from Sunday. */
const weekdayOf = (day: Day): Weekday => WEEKDAYS[(dateOf(day).getUTCDay() + 6) % WEEKDAYS.length]!;

/** A part of a date that is a number, in the contact's time zone; a date without it compares false. */
const numbered = (
  least: number,
  most: number,
  partOf: (date: DateValue, zone: string) => number | undefined,
): Operator<NumberComparison> => ({
  expected: `a whole number from ${least} to ${most}, or operators with such numbers`,
  schema: refTo('NumberComparison'),
  parse(raw, path, findings) {
    const numbers = parseCount(raw, path, most, findings);
    if (!numbers) return undefined;
    const all = Array.from({ length: most - least + 1 }, (_, index) => least + index);
    return new Set(all.map((number) => passesNumber(numbers, number))).size > 1
      ? numbers
      : findings.add(path, 'constant', 'That holds for every date, or for none.', this.expected);
  },
  test:
    (operand) =>
    (value, { zone }) => {
      const date = dateIn(value);
      const part = date && partOf(date, zone);
      return part !== undefined && passesNumber(operand, part);
    },
  depends: () => ({ onTraits }),
});

export const month = numbered(1, 12, (date, zone) => dateOf(dayIn(date, zone)).getUTCMonth() + 1);

export const dayOfMonth = numbered(1, 31, (date, zone) => dateOf(dayIn(date, zone)).getUTCDate());

/** Plain dates have no hour. */
export const hour = numbered(0, 23, (date, zone) => ('at' in date ? hourOf(date.at, zone) : undefined));
