import type { Needs, Tracked } from '../../conditions/kind';
import { beginningOf, unitAt } from '../../calendar-unit';
import { amounts, type AmountOptions } from '../../memories/amounts';
import { countsOf, quarterCounts, quarterHours, quartersOf } from '../../memories/quarters';
import type { Behavior } from '../behavior';
import { countsIn, longestOf, lookedAt, passesMany, periodsIn, unitIn, unitsIn } from '../measures/regular';
import type { Regular } from '../measures/parse-regular';
import { changeOfRolling, isRolling, lengthOf } from '../measures/rolling';
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
  const isSo = (numbers: readonly number[], later = 0): boolean =>
    passesMany(asked, lookedAt(asked, numbers, later).length);
  return {
    holds: (moment) => isSo(periodsIn(asked, happened.of(moment), moment)),
    changesAt(moment) {
      const numbers = periodsIn(asked, happened.of(moment), moment);
      const before = isSo(numbers);
      const present = unitAt(unitIn(asked), moment.now, moment.zone);
      for (let later = 1; later <= 1 - unitsIn(asked)[0]; later += 1)
        if (isSo(numbers, later) !== before) return beginningOf(unitIn(asked), present + later, moment.zone);
      return undefined;
    },
  };
}

/** Of periods that move with now each instant counts by itself. */
function compileRolling(behavior: Behavior, asked: Regular, needs: Needs): Tracked {
  const [first, last] = unitsIn(asked);
  const options: AmountOptions = { older: 'out', only: null };
  const instants = remembered(
    behavior,
    needs,
    { kind: amounts, options, size: longestOf(asked) },
    (kept) => kept?.[2] ?? [],
  );
  const periods = {
    length: lengthOf(asked.in),
    first,
    last,
    counts: (often: number) => countsIn(asked, often),
    passes: (many: number) => passesMany(asked, many),
  };
  return {
    holds: (moment) =>
      passesMany(asked, lookedAt(asked, periodsIn(asked, instants.of(moment), moment)).length),
    changesAt: (moment) =>
      changeOfRolling(
        instants.of(moment).map(([at]) => at),
        periods,
        moment.now,
      ),
  };
}
