import type { Duration, Instant, Uuid } from '@entente/kernel';
import { bounds } from '../bounds';
import { inEventOrder } from '../facts';
import { heldIn, type Item, type MemoryKind } from './memory';
import { waitOf, type Plan } from './plan';
import { together } from './together';

/** When a chain started and when it got to its last step. */
type Reached = readonly [start: Instant, at: Instant];

export type ChainOptions = Plan & { readonly completions: 'latest' | 'earliest' | 'all' };

/**
 * How far back completions are kept, the last event, for each step but the last the chain that got there last, where the next step must not come
 * sooner also those that got there since one which it may follow, and when chains were completed, in order; after the last event, when they will be
 * unless what must not follow does.
 */
export type Chains = readonly [
  back: Duration,
  last: readonly [at: Instant, id: Uuid],
  reached: readonly (readonly Reached[])[],
  completions: readonly Instant[],
];

/**
 * For sequences. The chain that got to a step last is the only one that matters for what follows: it is the nearest, has the least in
 * between, and no other started later. Of an event that comes late, or is in the place of the last one, nobody knows which chains it would have been part of.
 */
export const chains: MemoryKind<Chains, ChainOptions> = {
  name: 'chains',
  meaning: 2,

  add: (kept, item, size, options) =>
    kept && inEventOrder(item, { at: kept[1][0], id: kept[1][1] }) <= 0
      ? 'recompute'
      : advanced(kept, item, size, options),

  of: (items, size, options) =>
    together(items).reduce<Chains | undefined>(
      (kept, item) => advanced(kept, item, size, options),
      undefined,
    )!,

  suffices: ([back], size) => back >= size,
  holds: (size, { links, absence, completions }) => {
    const waiting = absence && completions !== 'earliest' ? heldIn(absence.gap) : 0;
    const young = links.reduce((sum, { least = 0 }) => sum + 1 + heldIn(least), 0);
    return young + waiting + (completions === 'all' ? heldIn(size) : 1);
  },
};

function advanced(
  kept: Chains | undefined,
  { at, id, feeds }: Item,
  size: Duration,
  options: ChainOptions,
): Chains {
  const { links, overall, absence } = options;
  const chains = kept?.[2] ?? links.map(() => []);
  const gets = (step: number): Reached | null => {
    if (!feeds.includes(step)) return null;
    if (step === 0) return [at, at];
    const { gap, least = 0 } = links[step - 1]!;
    const from = chains[step - 1]!.findLast((chain) => at - chain[1] >= least);
    return from && isWithin(gap, from[1], at) ? [from[0], at] : null;
  };
  const reached = chains.map((before, step) => {
    const { without, least = 0 } = links[step]!;
    const open = without !== null && feeds.includes(without) ? [] : followable(before, at, least);
    const next = gets(step);
    return next ? withYoungest(open, next, least) : open;
  });
  const last = gets(links.length);
  const isComplete = last !== null && isWithin(overall, last[0], at);
  const isFollowed = absence !== undefined && feeds.includes(absence.feed);
  const before = kept?.[3] ?? [];
  const completions = isFollowed ? before.filter((one) => one <= at) : before;
  return [
    size,
    [at, id],
    reached,
    isComplete ? settled([...completions, at + waitOf(options)], at, size, options) : completions,
  ];
}

/** The last chain that may be followed at an instant, and those that may not be yet. */
function followable(chains: readonly Reached[], now: Instant, least: Duration): readonly Reached[] {
  const place = chains.findLastIndex(([, at]) => now - at >= least);
  return place > 0 ? chains.slice(place) : chains;
}

/** As many that may not be followed yet are kept as are listed. */
function withYoungest(chains: readonly Reached[], next: Reached, least: Duration): readonly Reached[] {
  if (least === 0) return [next];
  const old = chains.filter(([, at]) => next[1] - at >= least);
  return [...old, ...[...chains.slice(old.length), next].slice(-bounds.listed)];
}

const isWithin = (longest: Duration | null, from: Instant, to: Instant): boolean =>
  longest === null || to - from <= longest;

/** Of completions those that may still count: each that is to come, as many as are listed, and what is asked for of those until now. */
function settled(
  all: readonly Instant[],
  now: Instant,
  size: Duration,
  { completions }: ChainOptions,
): readonly Instant[] {
  if (completions === 'earliest') return all.slice(0, 1);
  const past = all.filter((at) => at <= now);
  const ahead = all.slice(past.length).slice(-bounds.listed);
  if (completions === 'latest') return [...past.slice(-1), ...ahead];
  return [...past.filter((at) => at > now - size).slice(-bounds.listed), ...ahead];
}
