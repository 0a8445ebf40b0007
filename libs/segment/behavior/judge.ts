import type { Instant } from '@entente/kernel';
import { splitFilter, type Filter } from '../comparisons/filter';
import type { Context } from '../comparisons/operator';
import { contextOf } from '../context';
import { inEventOrder, type Facts } from '../facts';
import { againstOf, askedOf, sinceOf, type Behavior } from './behavior';
import { measureOf } from './measures/registry';
import { isJudgedAnew, measuredAgainst, measuredIn, mostOf, takesPart, type Measured } from './scope';
import { periodOf, type Period } from './period';
import { seenOf, seenTest, type Seen, type Series } from './seen';

/** The definition of what a condition on events says, and the events it went by. */
export interface Judgement {
  readonly holds: boolean;
  readonly events: readonly Seen[];
  /** Those that they are set against. */
  readonly others: readonly Seen[];
}

/** Events that pass what is fixed of the filters, in event order: a condition's own, those it is since, and those they are set against. */
export interface Looked {
  readonly series: readonly Seen[];
  readonly anchors: readonly Seen[];
  readonly others: readonly Seen[];
}

/** The judgement over a contact's history. */
export function judge(behavior: Behavior, facts: Facts, now: Instant): Judgement {
  const [since, against] = [sinceOf(behavior), againstOf(behavior)];
  const latestOf = (series: Series, measured: Measured): readonly Seen[] =>
    latest(behavior, seenOf(series, facts, now, measured.of).filter(takesPart(measured)), measured);
  const looked = {
    series: latestOf(behavior, measuredIn(behavior)),
    anchors: since ? seenOf(since, facts, now) : [],
    others: against ? latestOf(against, measuredAgainst(behavior)) : [],
  };
  return judgeSeen(behavior, looked, contextOf(facts, now));
}

/** As many as are looked at. Of numbers of one instant the greater ones are taken for later, so that no ids need be kept. */
function latest(behavior: Behavior, series: readonly Seen[], { of, takes }: Measured): readonly Seen[] {
  const most = mostOf(behavior);
  if (series.length <= most) return series;
  const ordered =
    of !== undefined && takes === 'number' && !isJudgedAnew(behavior)
      ? [...series].sort((a, b) => a.at - b.at || Number(a.read(of)) - Number(b.read(of)))
      : series;
  return ordered.slice(-most);
}

/** The judgement over those. */
export function judgeSeen(
  behavior: Behavior,
  { series, anchors, others: all }: Looked,
  context: Context,
): Judgement {
  const { name, asked } = askedOf(behavior);
  const passing = series.filter(passesMoving(behavior.where, context));
  const anchor = anchors.filter(passesMoving(sinceOf(behavior)?.where, context)).at(-1);
  const candidates = name === 'first' ? passing.slice(0, 1) : name === 'last' ? passing.slice(-1) : passing;
  const counted = (some: readonly Seen[]): Seen[] =>
    some
      .filter(isInPeriod(periodOf(behavior), context))
      .filter((seen) => !behavior.since || follows(seen, anchor));
  const events = counted(candidates);
  const others = counted(all.filter(passesMoving(againstOf(behavior)?.where, context)));
  return { holds: measureOf(name).holds(asked, events, context, others), events, others };
}

export const passesMoving = (filter: Filter | undefined, context: Context): ((seen: Seen) => boolean) => {
  const passes = seenTest(splitFilter(filter).moving);
  return (seen) => passes(seen, context);
};

const follows = (seen: Seen, anchor: Seen | undefined): boolean =>
  anchor !== undefined && inEventOrder(anchor, seen) < 0;

/** Whether what happened by now is in a period. */
export function isInPeriod(
  period: Period,
  { now, zone }: Omit<Context, 'traits'>,
): (happened: Pick<Seen, 'at'>) => boolean {
  const after = period.opensAfter(now, zone);
  const until = period.lastsUntil(now, zone);
  return ({ at }) => at > after && at <= until;
}
