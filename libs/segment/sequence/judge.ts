import type { Instant } from '@entente/kernel';
import { bounds } from '../bounds';
import { splitFilter } from '../comparisons/filter';
import type { Context } from '../comparisons/operator';
import { contextOf } from '../context';
import { inEventOrder, type Facts } from '../facts';
import { isInPeriod } from '../behavior/judge';
import { periodOf } from '../behavior/period';
import { isMoving } from '../behavior/scope';
import { seenOf, seenTest } from '../behavior/seen';
import type { PeriodFields } from '../behavior/parse-period';
import { chainsOf, completionsOf, type Chain, type Labeled } from './chains';
import type { Part } from './parse-steps';
import { feedsOf, planOf } from './plan';
import { together } from '../memories/together';

/** Events one after the other; the period says when that was completed: by the last step, or because what is absent has not followed it. */
export interface Sequence extends PeriodFields {
  readonly sequence: readonly Part[];
  readonly overall?: string;
}

/** The definition of what a sequence says, and the chain it went by: a whole one if it holds, else one that got furthest. */
export interface SequenceJudgement {
  readonly holds: boolean;
  readonly chain: Chain;
  /** How many steps were gone through, what is absent among them. */
  readonly steps: number;
}

export const movesIn = ({ sequence }: Sequence): boolean =>
  feedsOf(sequence).some(({ where }) => isMoving(where));

/** The judgement over a contact's history. */
export function judge(sequence: Sequence, facts: Facts, now: Instant): SequenceJudgement {
  const events = labeled(sequence, facts, now);
  return judgeSeen(
    sequence,
    movesIn(sequence) ? events.slice(-bounds.judged) : events,
    contextOf(facts, now),
  );
}

/** The events that pass what is fixed of some feed's filter, in event order. */
function labeled({ sequence }: Sequence, facts: Facts, now: Instant): Labeled[] {
  const labels = feedsOf(sequence).flatMap((series, feed) =>
    seenOf(series, facts, now).map((seen) => ({ ...seen, feeds: [feed] })),
  );
  return together(labels.sort(inEventOrder));
}

/** The judgement over such events. */
export function judgeSeen(
  sequence: Sequence,
  events: readonly Labeled[],
  context: Context,
): SequenceJudgement {
  const plan = planOf(sequence.sequence, sequence.overall);
  const passes = feedsOf(sequence.sequence).map(({ where }) => seenTest(splitFilter(where).moving));
  const passing = events.map((event) => ({
    ...event,
    feeds: event.feeds.filter((feed) => passes[feed]!(event, context)),
  }));
  const levels = chainsOf(plan, passing);
  const period = periodOf(sequence);
  const all = completionsOf(plan, levels, passing, period.begins ? bounds.listed : Infinity);
  const completions = all.filter(({ at }) => at <= context.now);
  const looked = period.begins && period.ends ? completions.slice(-bounds.listed) : completions;
  const counted = looked.findLast(isInPeriod(period, context));
  const { chain } = counted ?? completions.at(-1) ?? {};
  const furthest = chain ?? levels.findLast((chains) => chains.length > 0)?.at(-1) ?? [];
  return {
    holds: counted !== undefined,
    chain: furthest,
    steps: chain ? sequence.sequence.length : furthest.length,
  };
}
