import { DAY, isObject, type Duration, type Instant, type Json } from '@entente/kernel';
import { bounds } from '../../bounds';
import { beginningOf, unitAt, unitNamed, type CalendarUnit, type UnitStarts } from '../../calendar-unit';
import { firstThatDiffers, parseCount, passesNumber, settlesAt } from '../../comparisons/count';
import type { Comparison } from '../../comparisons/comparison';
import type { Context } from '../../comparisons/operator';
import type { Moment, Tracked } from '../../conditions/kind';
import { below } from '../../findings';
import { parseStarts } from '../../parse-starts';
import type { Seen } from '../seen';
import type { Measure } from './measure';

type Unit = 'day' | 'week' | 'month';
export const regularUnits: readonly Unit[] = ['day', 'week', 'month'];
const expected = `{ "in": ${regularUnits.map((name) => `"${name}"`).join(' or ')}, "of": 1 to ${bounds.regular}, or two numbers of them from the present one, which is 0 } and a comparison, such as { "in": "week", "of": 4, "gte": 3 } or { "in": "week", "of": [-4, -1], "gte": 3 }; beside "week" also "weekStarts", beside each "zone"`;

/** The first and the last that count, counted from the present one. */
type Units = readonly [first: number, last: number];

/**
 * In how many of the last `of` days, weeks or months of the contact's zone, this one included, or of those from one to another,
 * something happened, or happened so many times.
 */
export type Regular = {
  readonly in: Unit;
  readonly of: number | Units;
  readonly times?: Comparison;
} & Pick<UnitStarts, 'weekStarts' | 'zone'> & { readonly [operator: string]: Json };

const comparisonIn = ({
  in: _,
  of: __,
  times: ___,
  weekStarts: ____,
  zone: _____,
  ...comparison
}: Regular): Comparison => comparison;

const unitIn = (asked: Regular): CalendarUnit => unitNamed(asked.in, asked);

export const regular: Measure<Regular> = {
  parse(raw, path, findings) {
    if (!isObject(raw)) return findings.add(path, 'regular', 'How regular is not said.', expected);
    const { in: unit, of, times: often, weekStarts, yearStarts, zone, ...rest } = raw;
    const isUnit = regularUnits.some((name) => name === unit);
    const units = unitsAsked(of);
    const many = units ? units[1] - units[0] + 1 : bounds.regular;
    if (!isUnit) findings.add(below(path, 'in'), 'unit', 'That is no unit of the calendar.', expected);
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
    if (!isUnit || !units || !count) return undefined;
    const starts = parseStarts(unit as Unit, { weekStarts, yearStarts, zone }, path, findings);
    if (!starts) return undefined;
    const truths = Array.from({ length: many + 1 }, (_, number) => passesNumber(count, number));
    return new Set(truths).size === 1
      ? findings.add(path, 'constant', 'That holds for every number of them, or for none.', expected)
      : { ...count, ...starts, in: unit as Unit, of: units[1] === 0 ? many : units, ...(times && { times }) };
  },
  takes: 'any',
  holds: (asked, events, context) =>
    passesNumber(comparisonIn(asked), activeIn(asked, events, context).length),
  found: (asked, events, context) => activeIn(asked, events, context).length,
};

/** Units in which nothing happened are never among those that count. */
const TIMES = { what: 'number of times', least: 1, most: Infinity };

const activeIn = (asked: Regular, events: readonly Seen[], { now, zone }: Context): number[] =>
  activeAt(
    asked,
    unitsOf(
      asked,
      events.map(({ at }) => [at, 1]),
      zone,
    ),
    unitAt(unitIn(asked), now, zone),
  );

/** The units that count, of instants and how often something happened then. */
export function unitsOf(
  asked: Regular,
  happened: readonly (readonly [at: Instant, times: number])[],
  zone: string,
): number[] {
  const { times } = asked;
  const unit = unitIn(asked);
  const often = new Map<number, number>();
  for (const [at, more] of happened) {
    const number = unitAt(unit, at, zone);
    often.set(number, (often.get(number) ?? 0) + more);
  }
  const units = [...often];
  return (times ? units.filter(([, number]) => passesNumber(times, number)) : units).map(
    ([number]) => number,
  );
}

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

const unitsIn = ({ of }: Regular): Units => (typeof of === 'number' ? [1 - of, 0] : of);

function activeAt(asked: Regular, active: readonly number[], current: number): number[] {
  const [first, last] = unitsIn(asked);
  return active.filter((unit) => unit >= current + first && unit <= current + last);
}

/** How few events leave everything as it is for somebody without: so many in each of so many units. */
export function leastOf(asked: Regular): number {
  const { times } = asked;
  const least = times
    ? Array.from({ length: settlesAt(times) }, (_, place) => place + 1).find((number) =>
        passesNumber(times, number),
      )
    : 1;
  return firstThatDiffers(comparisonIn(asked)) * (least ?? 1);
}

/** How long what happened may matter. */
export const longestOf = (asked: Regular): Duration =>
  (unitIn(asked).longest * (1 - unitsIn(asked)[0]) + 2) * DAY;

/** The same from the numbers of the units with events. As time goes on, one unit after the other is no longer looked at. */
export function regularOver(
  asked: Regular,
  activeUnits: (moment: Moment) => readonly number[],
): Tracked & Required<Pick<Tracked, 'changesAt'>> {
  const comparison = comparisonIn(asked);
  const holdsAt = (active: readonly number[], current: number): boolean =>
    passesNumber(comparison, activeAt(asked, active, current).length);
  return {
    holds: (moment) => holdsAt(activeUnits(moment), unitAt(unitIn(asked), moment.now, moment.zone)),
    changesAt(moment) {
      const active = activeUnits(moment);
      const current = unitAt(unitIn(asked), moment.now, moment.zone);
      const before = holdsAt(active, current);
      for (let unit = current + 1; unit <= current + 1 - unitsIn(asked)[0]; unit++)
        if (holdsAt(active, unit) !== before) return beginningOf(unitIn(asked), unit, moment.zone);
      return undefined;
    },
  };
}

/** When the next day, week or month begins. */
export const beginningAfter = (asked: Regular, now: Instant, zone: string): Instant =>
  beginningOf(unitIn(asked), unitAt(unitIn(asked), now, zone) + 1, zone);
