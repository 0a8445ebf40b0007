import type { Instant, Json, Uuid } from '@entente/kernel';
import { inEventOrder } from '../facts';
import type { Item, MemoryKind } from './memory';

/** An event, and its properties at the memory's paths; null where there is none. */
export type Edge = readonly [at: Instant, id: Uuid, picked: readonly Json[]];

/** The first or the last event. */
export const edge: MemoryKind<Edge, 'first' | 'last'> = {
  name: 'edge',
  meaning: 1,

  add(kept, item, _size, side) {
    if (!kept) return edgeOf(item);
    const order = inEventOrder(item, { at: kept[0], id: kept[1] });
    return (side === 'last' ? order > 0 : order < 0) ? edgeOf(item) : kept;
  },

  of: (items, _size, side) => edgeOf(items.at(side === 'last' ? -1 : 0)!),

  suffices: () => true,
  holds: () => 1,
};

const edgeOf = ({ at, id, picked }: Item): Edge => [at, id, picked.map((value) => value ?? null)];
