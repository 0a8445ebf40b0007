import type { Instant } from '@entente/kernel';
import type { MemoryKind } from './memory';

/** How many events there ever were, and the earliest instants, oldest first, as many as the size says. */
export type Earliest = readonly [total: number, earliest: readonly Instant[]];

/** For counts of what is longer ago: the N earliest instants say when the count reaches N. */
export const earliest: MemoryKind<Earliest> = {
  name: 'earliest',
  meaning: 1,
  instantsOnly: true,

  add(kept, { at }, size) {
    const [total, before] = kept ?? [0, NONE];
    const later = before.findIndex((instant) => instant > at);
    const instants = before.toSpliced(later < 0 ? before.length : later, 0, at);
    if (instants.length > size) instants.length = size;
    return [total + 1, instants];
  },

  of: (items, size) => [items.length, items.slice(0, size).map(({ at }) => at)],

  suffices: ([total, instants], size) => instants.length >= Math.min(total, size),
  holds: (size) => size,
};

export const earliestOf = (kept: Earliest | undefined): readonly Instant[] => kept?.[1] ?? NONE;

const NONE: readonly Instant[] = [];
