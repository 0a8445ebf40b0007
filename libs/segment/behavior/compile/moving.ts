import type { Instant } from '@entente/kernel';
import { sooner } from '../../sooner';
import type { Moment, Needs, Tracked } from '../../conditions/kind';
import { againstOf, sinceOf, type Behavior } from '../behavior';
import { judgeSeen, passesMoving } from '../judge';
import { longestOf } from '../measures/regular';
import { periodOf, type Period } from '../period';
import { feedOf, measuredIn } from '../scope';
import { propertiesIn, type Seen } from '../seen';
import { changeOfRegular } from './regular';
import { EVER, listing, movingPaths, turnOfSeen } from './listing';

/** A condition that must look at each event anew as time or traits go on: the definition, over what is listed. */
export function compileMoving(behavior: Behavior, needs: Needs): Tracked {
  const { regular, where, first, last } = behavior;
  const [since, against] = [sinceOf(behavior), againstOf(behavior)];
  const period = periodOf(behavior);
  const { of, takes } = measuredIn(behavior);
  const paths = [...(of === undefined ? [] : [of]), ...movingPaths(where), ...propertiesIn(first ?? last)];
  const eventsIn = listing(needs, [feedOf(behavior)], paths, takes, reachOf(behavior, period));
  const anchorsIn = since ? listing(needs, [feedOf(since)], movingPaths(since.where)) : () => [];
  const pathsOfOthers = [...(against?.of === undefined ? [] : [against.of]), ...movingPaths(against?.where)];
  const othersIn = against
    ? listing(needs, [feedOf(against)], pathsOfOthers, takes, reachOf(behavior, period))
    : () => [];
  const turns = [where, first, last].map(turnOfSeen);
  const turnOfOther = turnOfSeen(against?.where);
  const turnOfAnchor = turnOfSeen(since?.where);
  const happenedIn = (events: readonly Seen[], moment: Moment) =>
    events.filter(passesMoving(where, moment)).map(({ at }) => [at, 1] as const);
  return {
    holds: (moment) =>
      judgeSeen(
        behavior,
        { series: eventsIn(moment), anchors: anchorsIn(moment), others: othersIn(moment) },
        moment,
      ).holds,
    changesAt(moment) {
      const events = eventsIn(moment);
      let next = regular && changeOfRegular(regular, happenedIn(events, moment), moment);
      for (const seen of events) {
        next = sooner(next, moveOf(period, seen.at, moment));
        for (const turn of turns) next = sooner(next, turn(seen, moment));
      }
      for (const seen of othersIn(moment))
        next = sooner(sooner(next, moveOf(period, seen.at, moment)), turnOfOther(seen, moment));
      for (const seen of anchorsIn(moment)) next = sooner(next, turnOfAnchor(seen, moment));
      return next;
    },
  };
}

/** How long ago what is listed may be. The first and the last are picked from all. */
function reachOf({ first, last, regular }: Behavior, { reach }: Period): number {
  if (regular) return longestOf(regular);
  return !first && !last && 'back' in reach && reach.older === 'out' ? reach.back : EVER;
}

/** When what happened at an instant comes into a period or goes out of it, whichever time brings next. */
export function moveOf(
  period: Period,
  at: Instant,
  { now, zone }: { readonly now: Instant; readonly zone: string },
): Instant | undefined {
  if (!period.moves) return undefined;
  const enters = period.entersAt(at, zone);
  if (enters > now && enters < Infinity) return enters;
  const leaves = period.leavesAt(at, zone);
  return leaves > now && leaves < Infinity ? leaves : undefined;
}
