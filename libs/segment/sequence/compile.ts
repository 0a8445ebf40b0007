import type { Instant } from '@entente/kernel';
import { sooner } from '../sooner';
import type { Moment, Needs, Tracked } from '../conditions/kind';
import { countGauge } from '../behavior/compile/gauge';
import { EVER, listing, movingPaths, turnOfSeen } from '../behavior/compile/listing';
import { moveOf } from '../behavior/compile/moving';
import { walkOver } from '../behavior/compile/walk';
import { periodOf } from '../behavior/period';
import { feedOf } from '../behavior/scope';
import type { Amounts } from '../memories/amounts';
import { chains, type ChainOptions } from '../memories/chains';
import { judgeSeen, movesIn, type Sequence } from './judge';
import { feedsOf, planOf } from './plan';

/** A sequence over the chains that are under way and the instants at which some were completed. */
export function compileSequence(condition: Sequence, needs: Needs): Tracked {
  if (movesIn(condition)) return compileMoving(condition, needs);
  const { sequence, overall } = condition;
  const period = periodOf(condition);
  const { begins, ends } = period;
  const completions = begins && ends ? 'all' : ends ? 'earliest' : 'latest';
  const options: ChainOptions = { ...planOf(sequence, overall), completions };
  const size = completions !== 'all' ? 0 : 'back' in period.reach ? period.reach.back : EVER;
  const memory = needs.memory({ kind: chains, feeds: feedsOf(sequence).map(feedOf), options, size });
  const completionsIn = ({ state }: Moment): Amounts => {
    const instants = memory.in(state)?.[3] ?? [];
    return [0, null, instants.map((at) => [at, 1] as const)];
  };
  return walkOver((moment) => [completionsIn(moment)], period, countGauge({ gte: 1 }));
}

/** Where filters move, the definition over all events that may be part of it. */
function compileMoving(condition: Sequence, needs: Needs): Tracked {
  const period = periodOf(condition);
  const feeds = feedsOf(condition.sequence);
  const eventsIn = listing(
    needs,
    feeds.map(feedOf),
    feeds.flatMap(({ where }) => movingPaths(where)),
  );
  const turns = feeds.map(({ where }) => turnOfSeen(where));
  return {
    holds: (moment) => judgeSeen(condition, eventsIn(moment), moment).holds,
    changesAt(moment) {
      let next: Instant | undefined;
      for (const seen of eventsIn(moment)) {
        next = sooner(next, moveOf(period, seen.at, moment));
        for (const feed of seen.feeds) next = sooner(next, turns[feed]!(seen, moment));
      }
      return next;
    },
  };
}
