import type { Instant } from '@entente/kernel';
import type { Moment, Needs, Tracked } from '../../conditions/kind';
import { beginningOf, unitAt } from '../../calendar-unit';
import { amounts, type AmountOptions } from '../../memories/amounts';
import { countsOf, quarterCounts, quarterHours, quartersOf } from '../../memories/quarters';
import type { Behavior } from '../behavior';
import { countsIn, longestOf, lookedAt, passesMany, periodsIn, unitIn, unitsIn } from '../measures/regular';
import type { Regular } from '../measures/parse-regular';
import { changeOfRolling, isRolling, lengthOf, type AskedOfPeriods } from '../measures/rolling';
import { remembered } from './remembered';

export const compileRegular = (behavior: Behavior, asked: Regular, needs: Needs): Tracked =>
  isRolling(asked.in) ? compileRolling(behavior, asked, needs) : compileUnits(behavior, asked, needs);

/** Of units of the calendar it is enough to know the quarters of an hour. As time goes on, one unit after the other is no longer looked at. */
function compileUnits(behavior: Behavior, asked: Regular, needs: Needs): Tracked {
  const size = { options: null, size: longestOf(asked) };
  const happened = asked.times
    ? remembered(behavior, needs, { ...size, kind: quarterCounts }, countsOf)
    : remembered(behavior, needs, { ...size, kind: quarterHours }, (kept) =>
        quartersOf(kept).map((at) => [at, 1] as const),
      );
  return {
    holds: (moment) => isSo(asked, periodsIn(asked, happened.of(moment), moment)),
    changesAt: (moment) => changeOfRegular(asked, happened.of(moment), moment),
  };
}

/** Of periods that move with now each instant counts by itself. */
function compileRolling(behavior: Behavior, asked: Regular, needs: Needs): Tracked {
  const options: AmountOptions = { older: 'out', only: null };
  const instants = remembered(
    behavior,
    needs,
    { kind: amounts, options, size: longestOf(asked) },
    (kept) => kept?.[2] ?? [],
  );
  return {
    holds: (moment) => isSo(asked, periodsIn(asked, instants.of(moment), moment)),
    changesAt: (moment) => changeOfRegular(asked, instants.of(moment), moment),
  };
}

const isSo = (asked: Regular, numbers: readonly number[], later = 0): boolean =>
  passesMany(asked, lookedAt(asked, numbers, later).length);

/** When it is no longer as it is, if nothing happens until then, of instants and how often something happened then. */
export function changeOfRegular(
  asked: Regular,
  happened: readonly (readonly [at: Instant, times: number])[],
  { now, zone }: Pick<Moment, 'now' | 'zone'>,
): Instant | undefined {
  if (isRolling(asked.in))
    return changeOfRolling(
      happened.map(([at]) => at),
      rollingOf(asked),
      now,
    );
  const numbers = periodsIn(asked, happened, { now, zone });
  const before = isSo(asked, numbers);
  const present = unitAt(unitIn(asked), now, zone);
  for (let later = 1; later <= 1 - unitsIn(asked)[0]; later += 1)
    if (isSo(asked, numbers, later) !== before) return beginningOf(unitIn(asked), present + later, zone);
  return undefined;
}

function rollingOf(asked: Regular): AskedOfPeriods {
  const [first, last] = unitsIn(asked);
  return {
    length: lengthOf(asked.in),
    first,
    last,
    counts: (often) => countsIn(asked, often),
    passes: (many) => passesMany(asked, many),
  };
}
