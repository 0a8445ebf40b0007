import type { Instant, Uuid } from '@entente/kernel';
import { inEventOrder } from '../facts';
import type { Item, MemoryKind } from './memory';

/** The last event in event order, and by which feed it came. */
export type Newest = readonly [at: Instant, id: Uuid, feed: number];

/** For what stands until something else is told: the last word counts. */
export const newest: MemoryKind<Newest> = {
  name: 'newest',
  meaning: 1,
  add: (kept, item) => (kept && inEventOrder({ at: kept[0], id: kept[1] }, item) > 0 ? kept : lastWord(item)),
  of: (items) => lastWord(items.at(-1)!),
  suffices: () => true,
  holds: () => 1,
};

const lastWord = ({ at, id, feeds }: Item): Newest => [at, id, feeds[0]!];
