import type { Instant } from '@entente/kernel';
import type { Comparison } from '../../comparisons/comparison';
import { truthsOf } from '../../comparisons/count';
import { onceForEqual } from '../../comparisons/once';
import type { Moment, Tracked } from '../../conditions/kind';
import type { PeriodFields } from '../parse-period';
import { periodOf } from '../period';
import type { Recollection } from './remembered';

type Instants = Recollection<readonly Instant[]>;

/** A count in a period, over whatever instants. */
interface Counter {
  holds(instants: readonly Instant[], moment: Moment): boolean;
  changesAt?(instants: readonly Instant[], moment: Moment): Instant | undefined;
}

/** How it is counted. */
interface Counting {
  readonly period: PeriodFields;
  readonly count: Comparison;
}

/**
 * A count from the latest instants (newest first), in a period that has no end but now. There are as many instants as truths,
 * so a count beyond them has the last truth. As time goes on the count falls one instant at a time, the oldest first: the
 * truth changes when the first count is reached whose truth differs.
 */
export const countLatest = (counting: Counting, instants: Instants): Tracked =>
  over(instants, latestCounter(counting));

const latestCounter = onceForEqual(({ period: fields, count }: Counting): Counter => {
  const period = periodOf(fields);
  const truths = truthsOf(count);
  const countAt = (instants: readonly Instant[], { now, zone }: Moment): number => {
    const after = period.opensAfter(now, zone);
    return Math.min(
      truths.length - 1,
      placeOf(instants, (at) => at <= after),
    );
  };
  return {
    holds: (instants, moment) => truths[countAt(instants, moment)]!,
    ...(period.moves && {
      changesAt(instants, moment) {
        const now = countAt(instants, moment);
        const leaves = (place: number): Instant => period.leavesAt(instants[place]!, moment.zone);
        for (let left = now - 1; left >= 0; left--)
          if (truths[left] !== truths[now] && !(left > 0 && leaves(left - 1) === leaves(left)))
            return leaves(left);
        return undefined;
      },
    }),
  };
});

/** A count from the earliest instants (oldest first), in a period that has no beginning: it rises one instant at a time. */
export const countEarliest = (counting: Counting, instants: Instants): Tracked =>
  over(instants, earliestCounter(counting));

const earliestCounter = onceForEqual(({ period: fields, count }: Counting): Counter => {
  const period = periodOf(fields);
  const truths = truthsOf(count);
  const countAt = (instants: readonly Instant[], { now, zone }: Moment): number => {
    const until = period.lastsUntil(now, zone);
    return Math.min(
      truths.length - 1,
      placeOf(instants, (at) => at > until),
    );
  };
  return {
    holds: (instants, moment) => truths[countAt(instants, moment)]!,
    ...(period.moves && {
      changesAt(instants, moment) {
        const now = countAt(instants, moment);
        const most = Math.min(truths.length - 1, instants.length);
        const enters = (place: number): Instant => period.entersAt(instants[place]!, moment.zone);
        for (let reached = now + 1; reached <= most; reached++)
          if (truths[reached] !== truths[now] && !(reached < most && enters(reached) === enters(reached - 1)))
            return enters(reached - 1);
        return undefined;
      },
    }),
  };
});

/**
 * Thousands of conditions count in the same few ways, and each event is about another one of them: what they share stays in the
 * processor's cache, and what each has for itself are two small objects, where functions would be six.
 */
class Counted implements Tracked {
  constructor(
    protected readonly instants: Instants,
    protected readonly counter: Counter,
  ) {}

  holds(moment: Moment): boolean {
    return this.counter.holds(this.instants.of(moment), moment);
  }
}

class CountedInTime extends Counted {
  changesAt(moment: Moment): Instant | undefined {
    return this.counter.changesAt!(this.instants.of(moment), moment);
  }
}

const over = (instants: Instants, counter: Counter): Tracked =>
  counter.changesAt ? new CountedInTime(instants, counter) : new Counted(instants, counter);

/** The place of the first that is beyond, or how many there are. */
function placeOf(instants: readonly Instant[], isBeyond: (at: Instant) => boolean): number {
  const place = instants.findIndex(isBeyond);
  return place < 0 ? instants.length : place;
}
