import type { Instant } from '@entente/kernel';
import { bounds } from '../bounds';
import { sooner } from '../sooner';
import type { Moment, Needs, Tracked } from '../conditions/kind';
import { countGauge } from '../behavior/compile/gauge';
import { EVER, listing, movingPaths, turnOfSeen } from '../behavior/compile/listing';
import { moveOf } from '../behavior/compile/moving';
import { walkOver } from '../behavior/compile/walk';
import { foreseen, periodOf } from '../behavior/period';
import { feedOf } from '../behavior/scope';
import type { Amounts } from '../memories/amounts';
import { chains, type ChainOptions } from '../memories/chains';
import { waitOf } from '../memories/plan';
import { together } from '../memories/together';
import { judgeSeen, movesIn, type Sequence } from './judge';
import { feedsOf, planOf } from './plan';

/** A sequence over the chains that are under way and the instants at which some were completed, or will be. */
export function compileSequence(condition: Sequence, needs: Needs): Tracked {
  if (movesIn(condition)) return compileMoving(condition, needs);
  const { sequence, overall } = condition;
  const plan = planOf(sequence, overall);
  const period = periodOf(condition);
  const { begins, ends } = period;
  const isFirstEnough = !begins && (ends || plan.absence !== undefined);
  const completions = begins && ends ? 'all' : isFirstEnough ? 'earliest' : 'latest';
  const options: ChainOptions = { ...plan, completions };
  const size = completions !== 'all' ? 0 : 'back' in period.reach ? period.reach.back : EVER;
  const memory = needs.memory({ kind: chains, feeds: feedsOf(sequence).map(feedOf), options, size });
  const lookedAt = ({ state, now }: Moment): readonly Instant[] =>
    latestUntil(now, memory.in(state)?.[3] ?? []);
  const amountsIn = (moment: Moment): Amounts => [0, null, lookedAt(moment).map((at) => [at, 1] as const)];
  const gauging = countGauge({ gte: 1 });
  if (!plan.absence) return walkOver((moment) => [amountsIn(moment)], period, gauging);
  const walk = walkOver((moment) => [amountsIn(moment)], foreseen(period), gauging);
  return {
    holds: (moment) => walk.holds(moment),
    changesAt: (moment) => sooner(walk.changesAt!(moment), lookedAt(moment)[bounds.listed]),
  };
}

/** Of instants in order those that are to come, and as many of the others as are looked at. When there is one more of these, one is forgotten. */
function latestUntil(now: Instant, instants: readonly Instant[]): readonly Instant[] {
  const past = instants.findLastIndex((at) => at <= now) + 1;
  return past > bounds.listed ? instants.slice(past - bounds.listed) : instants;
}

/** Where filters move, the definition over all events that may be part of it. */
function compileMoving(condition: Sequence, needs: Needs): Tracked {
  const plan = planOf(condition.sequence, condition.overall);
  const period = periodOf(condition);
  const completed = plan.absence ? foreseen(period) : period;
  const feeds = feedsOf(condition.sequence);
  const eventsIn = listing(
    needs,
    feeds.map(feedOf),
    feeds.flatMap(({ where }) => movingPaths(where)),
  );
  const turns = feeds.map(({ where }) => turnOfSeen(where));
  return {
    holds: (moment) => judgeSeen(condition, together(eventsIn(moment)), moment).holds,
    changesAt(moment) {
      let next: Instant | undefined;
      for (const seen of eventsIn(moment)) {
        if (seen.feeds.includes(plan.links.length))
          next = sooner(next, moveOf(completed, seen.at + waitOf(plan), moment));
        for (const feed of seen.feeds) next = sooner(next, turns[feed]!(seen, moment));
      }
      return next;
    },
  };
}
