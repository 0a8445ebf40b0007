import { DAY, isObject, parseDuration } from '@entente/kernel';
import { bounds } from '../bounds';
import { dateOf, dayOf, dayOfMonth, startOf, type Day } from '../calendar';
import { below } from '../findings';
import { anyOf, closed, text, word } from '../schema/schema';
import { zoneTrait } from '../time-zone';
import { dateIn, dayIn } from './date';
import type { Operator } from './operator';

/** Today, or so many whole days ahead or back: `P7D`. */
type Anniversary = 'today' | { readonly withinNext: string } | { readonly withinLast: string };

/** The days on which an anniversary counts: from so many before it, and until so many after it. */
interface Reach {
  readonly from: number;
  readonly until: number;
}

const days = `a whole number of days or weeks from "P1D" to "P${bounds.anniversary}D"`;
const expected = `"today", or one of { "withinNext": "P7D" } and { "withinLast": "P7D" } with ${days}`;

/** The day of the year of a date, in any year; 29 February falls on the 28th in years that have none. */
export const anniversary: Operator<Anniversary> = {
  expected,
  schema: anyOf(
    word('today'),
    ...(['withinNext', 'withinLast'] as const).map((name) => closed({ [name]: text }, [name])),
  ),

  parse(raw, path, findings) {
    if (raw === 'today') return raw;
    if (!isObject(raw)) return undefined;
    const [name, ...others] = Object.keys(raw);
    if ((name !== 'withinNext' && name !== 'withinLast') || others.length > 0) return undefined;
    const length = daysOf(raw[name]);
    if (length === undefined)
      return findings.add(below(path, name), 'duration', 'That is no number of days.', days);
    return { [name]: `P${length}D` } as Anniversary;
  },

  test(operand) {
    const reach = reachOf(operand);
    return (value, { now, zone }) => {
      const date = dateIn(value);
      return date !== undefined && isReached(dayIn(date, zone), reach, dayOf(now, zone));
    };
  },

  depends: () => ({ onTime: true, onTraits: [zoneTrait] }),

  turns(operand) {
    const reach = reachOf(operand);
    return (value, { now, zone }) => {
      const date = dateIn(value);
      return date && startOf(nextTurn(dayIn(date, zone), reach, dayOf(now, zone)), zone);
    };
  },
};

function daysOf(raw: unknown): number | undefined {
  const length = typeof raw === 'string' ? parseDuration(raw) : undefined;
  const number = (length ?? 0) / DAY;
  return Number.isInteger(number) && number >= 1 && number <= bounds.anniversary ? number : undefined;
}

function reachOf(operand: Anniversary): Reach {
  if (operand === 'today') return { from: 0, until: 1 };
  if ('withinNext' in operand) return { from: -daysOf(operand.withinNext)!, until: 0 };
  return { from: 0, until: daysOf(operand.withinLast)! + 1 };
}

const isReached = (day: Day, { from, until }: Reach, today: Day): boolean =>
  anniversariesAround(day, today).some((one) => one + from <= today && today < one + until);

/** The first day after today that differs from it. */
function nextTurn(day: Day, reach: Reach, today: Day): Day {
  const so = isReached(day, reach, today);
  const edges = anniversariesAround(day, today).flatMap((one) => [one + reach.from, one + reach.until]);
  return Math.min(...edges.filter((edge) => edge > today && isReached(day, reach, edge) !== so));
}

/** The anniversaries of the year before, of this year, and of the two years to come. */
function anniversariesAround(day: Day, today: Day): readonly Day[] {
  const year = dateOf(today).getUTCFullYear();
  const date = dateOf(day);
  return [year - 1, year, year + 1, year + 2].map((one) =>
    dayOfMonth(one, date.getUTCMonth(), date.getUTCDate()),
  );
}
