import { DAY, type Duration, type Instant } from '@entente/kernel';
import { unitAt, unitNamed, type CalendarUnit } from '../../calendar-unit';
import { firstThatDiffers, passesNumber, settlesAt } from '../../comparisons/count';
import type { Comparison } from '../../comparisons/comparison';
import type { Context } from '../../comparisons/operator';
import type { Seen } from '../seen';
import type { Measure } from './measure';
import { parseRegular, regularSchema, type Regular, type Unit, type Units } from './parse-regular';
import { isRolling, lengthOf, numberBack } from './rolling';

const comparisonIn = ({
  in: _,
  of: __,
  times: ___,
  weekStarts: ____,
  zone: _____,
  ...comparison
}: Regular): Comparison => comparison;

export const unitIn = (asked: Regular): CalendarUnit => unitNamed(asked.in as Unit, asked);

export const regular: Measure<Regular> = {
  parse: parseRegular,
  schema: regularSchema,
  takes: 'any',
  holds: (asked, events, context) => passesMany(asked, activeIn(asked, events, context).length),
  found: (asked, events, context) => activeIn(asked, events, context).length,
};

const activeIn = (asked: Regular, events: readonly Seen[], context: Context): number[] =>
  lookedAt(
    asked,
    periodsIn(
      asked,
      events.map(({ at }) => [at, 1]),
      context,
    ),
  );

/** The numbers of the periods that count, the present one being 0, of instants and how often something happened then. */
export function periodsIn(
  asked: Regular,
  happened: readonly (readonly [at: Instant, times: number])[],
  { now, zone }: Pick<Context, 'now' | 'zone'>,
): number[] {
  const numberOf = numbering(asked, now, zone);
  const often = new Map<number, number>();
  for (const [at, times] of happened) {
    const number = numberOf(at);
    often.set(number, (often.get(number) ?? 0) + times);
  }
  return [...often].flatMap(([number, times]) => (countsIn(asked, times) ? [number] : []));
}

function numbering(asked: Regular, now: Instant, zone: string): (at: Instant) => number {
  if (isRolling(asked.in)) {
    const length = lengthOf(asked.in);
    return (at) => numberBack(at, length, now);
  }
  const unit = unitIn(asked);
  const present = unitAt(unit, now, zone);
  return (at) => unitAt(unit, at, zone) - present;
}

/** Whether a period counts in which something happened so often. */
export const countsIn = ({ times }: Regular, often: number): boolean =>
  often > 0 && (times === undefined || passesNumber(times, often));

/** Those of the periods that are looked at, when so many have begun since. */
export function lookedAt(asked: Regular, numbers: readonly number[], later = 0): number[] {
  const [first, last] = unitsIn(asked);
  return numbers.filter((number) => number - later >= first && number - later <= last);
}

/** Whether so many periods are right. */
export const passesMany = (asked: Regular, many: number): boolean => passesNumber(comparisonIn(asked), many);

export const unitsIn = ({ of }: Regular): Units => (typeof of === 'number' ? [1 - of, 0] : of);

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
export const longestOf = (asked: Regular): Duration => {
  const many = 1 - unitsIn(asked)[0];
  return isRolling(asked.in) ? many * lengthOf(asked.in) : (unitIn(asked).longest * many + 2) * DAY;
};
