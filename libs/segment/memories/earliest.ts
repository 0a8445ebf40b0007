import type { Instant } from '@entente/kernel';
import type { MemoryKind } from './memory';

/** How many events there ever were, and the earliest instants, oldest first, as many as the size says. */
export type Earliest = readonly [total: number, earliest: readonly Instant[]];

/** For counts of what is longer ago: the N earliest instants say when the count reaches N. */
export const earliest: MemoryKind<Earliest> = {
  name: 'earliest',
  meaning: 1,

  add(kept, { at }, size) {
    const [total, before] = kept ?? [0, []];
    const instants = [...before];
    const later = instants.findIndex((instant) => instant > at);
    instants.splice(later < 0 ? instants.length : later, 0, at);
    return [total + 1, instants.slice(0, size)];
  },

  of: (items, size) => [items.length, items.slice(0, size).map(({ at }) => at)],

  suffices: ([total, instants], size) => instants.length >= Math.min(total, size),
  holds: (size) => size,
};
