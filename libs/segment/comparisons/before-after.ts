import { DAY, toIso, type Instant } from '@entente/kernel';
import { date as dateSchema } from '../schema/schema';
import { zoneTrait } from '../time-zone';
import { dateIn, dayIn, instantOf, plainDay } from './date';
import { dateShift } from './date-shift';
import type { Operator } from './operator';
import { orOther, type OtherOperand } from './other-operand';

/** Plain dates begin with their day in the contact's time zone, on both sides. */
const onTraits = [zoneTrait];

/** Two dates; anything that is no date compares false. */
const compareDates = (
  holds: (value: Instant, operand: Instant) => boolean,
): Operator<string | OtherOperand> =>
  orOther<string>(
    {
      expected:
        'a date such as "2026-11-24", or an instant such as "2026-11-24T09:30:00Z" (what goes by today or now is said by withinLast, withinNext, moreThanAgo and during)',
      schema: dateSchema,
      parse: (raw) => (typeof raw === 'string' ? canonicalDate(raw) : undefined),
      test(operand) {
        const other = dateIn(operand);
        return (value, { zone }) => {
          const date = dateIn(value);
          return !!date && !!other && holds(instantOf(date, zone), instantOf(other, zone));
        };
      },
      edges: (operand) => [operand],
      compares: () => 'date',
      depends: (operand, ofInstants) => ({
        onTraits: ofInstants && plainDay(operand) === undefined ? [] : onTraits,
      }),
    },
    dateShift(holds),
  );

function canonicalDate(text: string): string | undefined {
  const date = dateIn(text);
  return date && ('at' in date ? toIso(date.at) : text);
}

export const before = compareDates((value, operand) => value < operand);
/** From then on. */
export const after = compareDates((value, operand) => value >= operand);

/** On a day of the contact's calendar. */
export const onDay: Operator<string> = {
  expected: 'a day such as "2026-11-24" (today is said by during)',
  schema: { type: 'string', format: 'date' },
  parse: (raw) => (typeof raw === 'string' && plainDay(raw) !== undefined ? raw : undefined),
  test(operand) {
    const day = plainDay(operand);
    return (value, { zone }) => {
      const date = dateIn(value);
      return date !== undefined && dayIn(date, zone) === day;
    };
  },
  edges: (operand) => [operand, toIso((plainDay(operand)! + 1) * DAY).slice(0, 10)],
  compares: () => 'date',
  depends: () => ({ onTraits }),
};
