import { DAY, toIso, type Instant, type Json } from '@entente/kernel';
import { date as dateSchema } from '../schema/schema';
import { zonesApart, zoneTrait } from '../time-zone';
import { dateIn, dayIn, EARLIEST_NUMBERS, instantOf, plainDay, type DateValue } from './date';
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
      edges: (operand) => edgesOf(dateIn(operand)!),
      depends: () => ({ onTraits }),
    },
    dateShift(holds),
  );

/** The instants at which dates begin in zones far apart, and those before, as texts and numbers; plain dates, for before 1900 there are no others. */
const edgesOf = (...dates: readonly DateValue[]): readonly Json[] =>
  dates.flatMap((date) =>
    zonesApart.flatMap((zone) => {
      const [at, day] = [instantOf(date, zone), dayIn(date, zone)];
      const plain = [day - 1, day].map((one) => toIso(one * DAY).slice(0, 10));
      return [at, at - 1].flatMap((one) => [toIso(one), one, one / 1_000]).concat(EARLIEST_NUMBERS, plain);
    }),
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
  edges(operand) {
    const day = plainDay(operand)!;
    return [operand, ...edgesOf({ day }, { day: day + 1 })];
  },
  depends: () => ({ onTraits }),
};
