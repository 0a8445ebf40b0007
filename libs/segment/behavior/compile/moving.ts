import type { Instant } from '@entente/kernel';
import { earliest } from '../../comparisons/comparison';
import type { Needs, Tracked } from '../../conditions/kind';
import type { Behavior } from '../behavior';
import { judgeSeen } from '../judge';
import { beginningAfter, longestOf } from '../measures/regular';
import { periodOf, type Period } from '../period';
import { feedOf, measuredIn } from '../scope';
import { EVER, listing, movingPaths, turnOfSeen } from './listing';

/** A condition that must look at each event anew as time or traits go on: the definition, over what is listed. */
export function compileMoving(behavior: Behavior, needs: Needs): Tracked {
  const { since, regular, where, first, last } = behavior;
  const period = periodOf(behavior);
  const { of, takes } = measuredIn(behavior);
  const paths = [
    ...(of === undefined ? [] : [of]),
    ...movingPaths(where),
    ...Object.keys(first ?? last ?? {}),
  ];
  const eventsIn = listing(needs, [feedOf(behavior)], paths, takes, reachOf(behavior, period));
  const anchorsIn = since ? listing(needs, [feedOf(since)], movingPaths(since.where)) : () => [];
  const turns = [where, first, last].map(turnOfSeen);
  const turnOfAnchor = turnOfSeen(since?.where);
  return {
    holds: (moment) => judgeSeen(behavior, eventsIn(moment), anchorsIn(moment), moment).holds,
    changesAt: (moment) =>
      earliest([
        ...eventsIn(moment).flatMap((seen) => [
          moveOf(period, seen.at, moment),
          ...turns.map((turn) => turn(seen, moment)),
        ]),
        ...anchorsIn(moment).map((seen) => turnOfAnchor(seen, moment)),
        regular && beginningAfter(regular, moment.now, moment.zone),
      ]),
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
  const moves = [period.entersAt(at, zone), period.leavesAt(at, zone)];
  return moves.find((move) => move > now && move < Infinity);
}
