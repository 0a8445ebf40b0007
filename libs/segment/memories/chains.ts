import type { Duration, Instant, Uuid } from '@entente/kernel';
import { bounds } from '../bounds';
import { inEventOrder } from '../facts';
import type { Plan } from '../sequence/plan';
import { heldIn, type Item, type MemoryKind } from './memory';

/** When a chain started and when it got to its last step. */
type Reached = readonly [start: Instant, at: Instant];

export type ChainOptions = Plan & { readonly completions: 'latest' | 'earliest' | 'all' };

/**
 * How far back completions are kept, the last event, for each step but the last the chain that got there last, and when chains
 * were completed, in order.
 */
export type Chains = readonly [
  back: Duration,
  last: readonly [at: Instant, id: Uuid],
  reached: readonly (Reached | null)[],
  completions: readonly Instant[],
];

/**
 * For sequences. The chain that got to a step last is the only one that matters for what follows: it is the nearest, has the least in
 * between, and no other started later. Of an event that comes late nobody knows which chains it would have been part of.
 */
export const chains: MemoryKind<Chains, ChainOptions> = {
  name: 'chains',
  meaning: 1,

  add: (kept, item, size, options) =>
    kept && inEventOrder(item, { at: kept[1][0], id: kept[1][1] }) < 0
      ? 'recompute'
      : advanced(kept, item, size, options),

  of: (items, size, options) =>
    items.reduce<Chains | undefined>((kept, item) => advanced(kept, item, size, options), undefined)!,

  suffices: ([back], size) => back >= size,
  holds: (size, { links, completions }) => links.length + (completions === 'all' ? heldIn(size) : 1),
};

function advanced(
  kept: Chains | undefined,
  { at, id, feeds }: Item,
  size: Duration,
  options: ChainOptions,
): Chains {
  const { links, overall } = options;
  const before = kept?.[2] ?? links.map(() => null);
  const gets = (step: number): Reached | null => {
    if (!feeds.includes(step)) return null;
    if (step === 0) return [at, at];
    const from = before[step - 1] ?? null;
    return from && isWithin(links[step - 1]!.gap, from[1], at) ? [from[0], at] : null;
  };
  const reached = before.map((chain, step) => {
    const { without } = links[step]!;
    return gets(step) ?? (without !== null && feeds.includes(without) ? null : chain);
  });
  const last = gets(links.length);
  const isComplete = last !== null && isWithin(overall, last[0], at);
  const completions = kept?.[3] ?? [];
  return [
    size,
    [at, id],
    reached,
    isComplete ? completionsWith(completions, at, size, options) : completions,
  ];
}

const isWithin = (longest: Duration | null, from: Instant, to: Instant): boolean =>
  longest === null || to - from <= longest;

function completionsWith(
  before: readonly Instant[],
  at: Instant,
  size: Duration,
  { completions }: ChainOptions,
): Instant[] {
  if (completions === 'latest') return [at];
  if (completions === 'earliest') return [before[0] ?? at];
  return [...before.filter((one) => one > at - size), at].slice(-bounds.listed);
}
