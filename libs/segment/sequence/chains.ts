import type { Duration } from '@entente/kernel';
import type { Seen } from '../behavior/seen';
import type { Link, Plan } from './plan';

/** An event, and the feeds of a sequence that it is of. */
export interface Labeled extends Seen {
  readonly feeds: readonly number[];
}

/** Events that went through the steps of a sequence so far, one for each. */
export type Chain = readonly Labeled[];

/**
 * The definition of a sequence, over events in event order: by the number of steps less one, the chains that go so far, one for
 * each event with which some do: that which starts last. Such a chain is the longest of the one that ends last before it, for that
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
  { gap, without }: Link,
): (Chain | undefined)[] {
  let open: Chain | undefined;
  return events.map((event, place) => {
    const follows = open && event.feeds.includes(step) && isWithin(gap, open.at(-1)!, event);
    const chain = follows ? [...open!, event] : undefined;
    if (without !== null && event.feeds.includes(without)) open = undefined;
    open = ends[place] ?? open;
    return chain;
  });
}

/** The chains through all steps that are no longer than the plan allows. */
export const completed = (plan: Plan, levels: readonly (readonly Chain[])[]): readonly Chain[] =>
  levels.at(-1)!.filter((chain) => isWithin(plan.overall, chain[0]!, chain.at(-1)!));

const isWithin = (longest: Duration | null, from: Seen, to: Seen): boolean =>
  longest === null || to.at - from.at <= longest;
