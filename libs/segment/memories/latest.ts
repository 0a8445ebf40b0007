import type { Instant } from '@entente/kernel';
import type { Item, MemoryKind } from './memory';

/** How many events there ever were, and the latest instants, newest first, as many as the size says. */
export type Latest = readonly [total: number, latest: readonly Instant[]];

/** For counts: the N latest instants say when a count within any window falls below N. */
export const latest: MemoryKind<Latest> = {
  name: 'latest',
  meaning: 1,
  instantsOnly: true,

  add(kept, { at }, size) {
    const [total, before] = kept ?? [0, NONE];
    const older = before.findIndex((instant) => instant < at);
    const instants = before.toSpliced(older < 0 ? before.length : older, 0, at);
    if (instants.length > size) instants.length = size;
    return [total + 1, instants];
  },

  of: (items, size) => [items.length, newestFirst(items).slice(0, size)],

  suffices: ([total, instants], size) => instants.length >= Math.min(total, size),
  holds: (size) => size,
};

const newestFirst = (items: readonly Item[]): Instant[] => items.map(({ at }) => at).reverse();

export const totalOf = (kept: Latest | undefined): number => kept?.[0] ?? 0;

export const latestOf = (kept: Latest | undefined): readonly Instant[] => kept?.[1] ?? NONE;

const NONE: readonly Instant[] = [];
