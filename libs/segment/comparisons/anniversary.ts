import { DAY, isObject, parseDuration } from '@entente/kernel';
import { bounds } from '../bounds';
import { dateOf, dayOf, dayOfMonth, startOf, type Day } from '../calendar';
import { zoneFor } from '../calendar-unit';
import { parseDuring, spanOver, unitsIn, type During } from '../during';
import { below, type Findings } from '../findings';
import { anyOf, closed, refTo, text, word } from '../schema/schema';
import { zoneTrait } from '../time-zone';
import { dateIn, dayIn } from './date';
import type { Operator } from './operator';

/** Today, so many whole days ahead or back (`P7D`), or units of the calendar. */
type Anniversary =
  'today' | { readonly withinNext: string } | { readonly withinLast: string } | { readonly during: During };

/** The days on which an anniversary counts: from the first until the second, excluded. */
type Reach = (anniversary: Day) => readonly [from: Day, until: Day];

const days = `a whole number of days or weeks from "P1D" to "P${bounds.anniversary}D"`;
const expected = `"today", or one of { "withinNext": "P7D" } and { "withinLast": "P7D" } with ${days}, or { "during": { "month": 0 } } with units no further away`;

/** The day of the year of a date, in any year; 29 February falls on the 28th in years that have none. */
export const anniversary: Operator<Anniversary> = {
  expected,
  schema: anyOf(
    word('today'),
    ...(['withinNext', 'withinLast'] as const).map((name) => closed({ [name]: text }, [name])),
    closed({ during: refTo('During') }, ['during']),
  ),

  parse(raw, path, findings) {
    if (raw === 'today') return raw;
    if (!isObject(raw)) return undefined;
    const [name, ...others] = Object.keys(raw);
    if (others.length > 0) return undefined;
    if (name === 'during') return parseUnits(raw[name], below(path, name), findings);
    if (name !== 'withinNext' && name !== 'withinLast') return undefined;
    const length = daysOf(raw[name]);
    if (length === undefined)
      return findings.add(below(path, name), 'duration', 'That is no number of days.', days);
    return { [name]: `P${length}D` } as Anniversary;
  },

  test(operand) {
    const reach = reachOf(operand);
    return (value, { now, zone: own }) => {
      const date = dateIn(value);
      const zone = zoneOf(operand, own);
      return date !== undefined && isReached(dayIn(date, zone), reach, dayOf(now, zone));
    };
  },

  compares: () => 'date',

  depends: () => ({ onTime: true, onTraits: [zoneTrait] }),

  turns(operand) {
    const reach = reachOf(operand);
    return (value, { now, zone: own }) => {
      const date = dateIn(value);
      const zone = zoneOf(operand, own);
      return date && startOf(nextTurn(dayIn(date, zone), reach, dayOf(now, zone)), zone);
    };
  },
};

function daysOf(raw: unknown): number | undefined {
  const length = typeof raw === 'string' ? parseDuration(raw) : undefined;
  const number = (length ?? 0) / DAY;
  return Number.isInteger(number) && number >= 1 && number <= bounds.anniversary ? number : undefined;
}

/** Units no further away than the other reaches are: an anniversary is in some of a whole year, whatever its day. */
function parseUnits(raw: unknown, path: string, findings: Findings): Anniversary | undefined {
  const during = parseDuring(raw, path, findings);
  if (!during) return undefined;
  const { unit, first, last } = unitsIn(during);
  const furthest = Math.max(Math.abs(first), Math.abs(last), last - first) + 1;
  return spanOver(unit, furthest) > bounds.anniversary * DAY
    ? findings.add(path, 'during', 'That is too far away for a day of the year.', expected)
    : { during };
}

const zoneOf = (operand: Anniversary, own: string): string =>
  typeof operand === 'object' && 'during' in operand ? zoneFor(unitsIn(operand.during).unit, own) : own;

function reachOf(operand: Anniversary): Reach {
  if (operand === 'today') return (day) => [day, day + 1];
  if ('during' in operand) {
    const { unit, first, last } = unitsIn(operand.during);
    return (day) => [
      unit.firstDayOf(unit.numberOf(day) - last),
      unit.firstDayOf(unit.numberOf(day) - first + 1),
    ];
  }
  if ('withinNext' in operand) return (day) => [day - daysOf(operand.withinNext)!, day];
  return (day) => [day, day + daysOf(operand.withinLast)! + 1];
}

const isReached = (day: Day, reach: Reach, today: Day): boolean =>
  anniversariesAround(day, today)
    .map(reach)
    .some(([from, until]) => from <= today && today < until);

/** The first day after today that differs from it. */
function nextTurn(day: Day, reach: Reach, today: Day): Day {
  const so = isReached(day, reach, today);
  const edges = anniversariesAround(day, today).flatMap(reach);
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
