import type { Instant } from '@entente/kernel';
import { earliest } from '../../sooner';
import type { Moment, Needs, Tracked } from '../../conditions/kind';
import { inEventOrder } from '../../facts';
import { edge } from '../../memories/edge';
import { sinceOf, type Behavior } from '../behavior';
import { isInPeriod } from '../judge';
import { periodOf } from '../period';
import { feedOf, isMoving } from '../scope';
import { passesSeen, propertiesIn, seenAs, type Seen, type Series } from '../seen';
import { turnOfSeen } from './listing';
import { moveOf } from './moving';

/** What the first or the last event of a series is like. */
export function compileEdge(behavior: Behavior, needs: Needs): Tracked {
  const filter = behavior.first ?? behavior.last!;
  const side = behavior.first ? 'first' : 'last';
  const period = periodOf(behavior);
  const picked = edgeOf(behavior, side, propertiesIn(filter), needs);
  const since = sinceOf(behavior);
  const anchor = since && edgeOf(since, 'last', [], needs);
  const turn = turnOfSeen(filter);
  const isAfterAnchor = (seen: Seen, moment: Moment): boolean => {
    const last = anchor?.(moment);
    return !anchor || (last !== undefined && inEventOrder(last, seen) < 0);
  };
  return {
    holds(moment) {
      const seen = picked(moment);
      if (!seen || !isInPeriod(period, moment)(seen)) return false;
      return isAfterAnchor(seen, moment) && passesSeen(filter, seen, moment);
    },
    ...((period.moves || isMoving(filter)) && {
      changesAt(moment: Moment): Instant | undefined {
        const seen = picked(moment);
        return seen && earliest([moveOf(period, seen.at, moment), turn(seen, moment)]);
      },
    }),
  };
}

function edgeOf(
  series: Series,
  side: 'first' | 'last',
  picks: readonly string[],
  needs: Needs,
): (moment: Moment) => Seen | undefined {
  const memory = needs.memory({ kind: edge, feeds: [feedOf(series)], options: side, picks, size: 0 });
  return ({ state }) => {
    const kept = memory.in(state);
    return kept && seenAs(kept[0], kept[1], (path) => kept[2][picks.indexOf(path)] ?? undefined);
  };
}
