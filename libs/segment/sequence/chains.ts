import type { Duration, Instant } from '@entente/kernel';
import type { Seen } from '../behavior/seen';
import { bounds } from '../bounds';
import { waitOf, type Link, type Plan } from '../memories/plan';

/** An event, and the feeds of a sequence that it is of. */
export interface Labeled extends Seen {
  readonly feeds: readonly number[];
}

/** Events that went through the steps of a sequence so far, one for each. */
export type Chain = readonly Labeled[];

/**
 * The definition of a sequence, over events in event order: by the number of steps less one, the chains that go so far, one for
 * each event with which some do: that which starts last. Such a chain is the longest of the one that ends last before it and long enough, for that
 * one is the closest to it in time and with the least in between, and starts last too.
 */
export function chainsOf({ links }: Plan, events: readonly Labeled[]): readonly (readonly Chain[])[] {
  let ends = events.map((event): Chain | undefined => (event.feeds.includes(0) ? [event] : undefined));
  const levels = [ends];
  for (const [index, link] of links.entries()) {
    ends = extended(ends, events, index + 1, link);
    levels.push(ends);
  }
  return levels.map((chains) => chains.filter((chain) => chain !== undefined));
}

/** By event, the chain that it ends as the given step. */
function extended(
  ends: readonly (Chain | undefined)[],
  events: readonly Labeled[],
  step: number,
  { gap, least = 0, without }: Link,
): (Chain | undefined)[] {
  let open: Chain | undefined;
  // Those after which it would come too soon, from a place on.
  let young: Chain[] = [];
  let first = 0;
  return events.map((event, place) => {
    while (first < young.length && event.at - young[first]!.at(-1)!.at >= least) open = young[first++];
    const follows = open && event.feeds.includes(step) && isWithin(gap, open.at(-1)!, event);
    const chain = follows ? [...open!, event] : undefined;
    if (without !== null && event.feeds.includes(without)) [open, young, first] = [undefined, [], 0];
    if (ends[place]) young.push(ends[place]);
    if (young.length - first > bounds.listed) first += 1;
    return chain;
  });
}

/** A chain through all steps, and when it is completed: with its last event, or once what must not follow that has not. */
export interface Completion {
  readonly chain: Chain;
  readonly at: Instant;
}

/**
 * The completions of chains that are no longer than the plan allows. Of chains that wait for their completion, those are left out
 * that end before so many later ones.
 */
export function completionsOf(
  plan: Plan,
  levels: readonly (readonly Chain[])[],
  events: readonly Labeled[],
  mostWaiting = Infinity,
): readonly Completion[] {
  const whole = levels.at(-1)!.filter((chain) => isWithin(plan.overall, chain[0]!, chain.at(-1)!));
  const followers = plan.absence ? nextOf(plan.absence.feed, events) : new Map<Labeled, Labeled>();
  return whole
    .map((chain) => ({ chain, at: chain.at(-1)!.at + waitOf(plan) }))
    .filter(({ chain, at }, place) => {
      const ending = [followers.get(chain.at(-1)!), whole[place + mostWaiting]?.at(-1)];
      return !ending.some((event) => event !== undefined && event.at < at);
    });
}

/** By event, the next one after it that is of a feed. */
function nextOf(feed: number, events: readonly Labeled[]): ReadonlyMap<Labeled, Labeled> {
  const following = new Map<Labeled, Labeled>();
  let next: Labeled | undefined;
  for (const event of events.toReversed()) {
    if (next) following.set(event, next);
    if (event.feeds.includes(feed)) next = event;
  }
  return following;
}

const isWithin = (longest: Duration | null, from: Seen, to: Seen): boolean =>
  longest === null || to.at - from.at <= longest;
