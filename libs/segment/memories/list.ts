import type { Duration, Instant, Json, Uuid } from '@entente/kernel';
import { bounds } from '../bounds';
import { takesValue, type Takes } from '../takes';
import { inEventOrder } from '../facts';
import { heldIn, type Item, type MemoryKind } from './memory';

/** An event: by which feeds it came, and its properties at the memory's paths; null where there is none. */
export type Listed = readonly [
  at: Instant,
  id: Uuid,
  feeds: readonly number[],
  picked: readonly (Json | null)[],
];

export type List = readonly [back: Duration, listed: readonly Listed[]];

/**
 * Each event, the size saying how long ago it may be, and of these `bounds.judged`, the latest: for what must look at each
 * anew as time or traits go on. The option says which values of the first pick take part.
 */
export const list: MemoryKind<List, Takes> = {
  name: 'list',
  meaning: 2,

  add(kept, item, size, takes) {
    const before = kept?.[1] ?? [];
    if (!takesPart(item, takes)) return [size, before];
    const added = listedOf(item);
    const place = before.findLastIndex((one) => inOrder(one, added) <= 0) + 1;
    return [size, reached(before.toSpliced(place, 0, added), size)];
  },

  of: (items, size, takes) => [
    size,
    reached(items.filter((item) => takesPart(item, takes)).map(listedOf), size),
  ],

  suffices: ([back], size) => back >= size,
  holds: heldIn,
};

const takesPart = ({ picked }: Item, takes: Takes): boolean =>
  takes === 'any' || takesValue(takes, picked[0]);

const listedOf = ({ at, id, feeds, picked }: Item): Listed => [
  at,
  id,
  feeds,
  picked.map((value) => value ?? null),
];

const inOrder = (a: Listed, b: Listed): number =>
  inEventOrder({ at: a[0], id: a[1] }, { at: b[0], id: b[1] });

function reached(listed: readonly Listed[], size: Duration): Listed[] {
  const newest = listed.at(-1)?.[0] ?? 0;
  const place = listed.findIndex(([at]) => at > newest - size);
  return place < 0 ? [] : listed.slice(Math.max(place, listed.length - bounds.judged));
}
