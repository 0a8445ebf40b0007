import type { Instant, Json, Uuid } from '@entente/kernel';
import { inEventOrder } from '../facts';
import type { Item, MemoryKind } from './memory';

type Place = readonly [at: Instant, id: Uuid];

/** The last event of the second feed, the last event of either, and what is kept of the first feed's events after the former. */
export type Since<Kept extends Json> = readonly [anchor: Place | null, last: Place, after: Kept | null];

const ANCHOR = 1;

/** Keeps what happened after the last event of the second feed. Which only a late one of them makes unknown. */
export const sinceLast = <Kept extends Json, Options extends Json>(
  inner: MemoryKind<Kept, Options>,
): MemoryKind<Since<Kept>, Options> => ({
  name: `${inner.name} since`,
  meaning: inner.meaning,

  add(kept, item, size, options) {
    const place: Place = [item.at, item.id];
    const isAnchor = item.feeds.includes(ANCHOR);
    const [anchor, last, after] = kept ?? [null, place, null];
    const isLate = isBefore(place, last);
    if (anchor && !isBefore(anchor, place)) return [anchor, last, after];
    if (isAnchor) return isLate ? 'recompute' : [place, place, null];
    const newest = isLate ? last : place;
    if (!anchor) return [null, newest, null];
    const added = inner.add(after ?? undefined, item, size, options);
    return added === 'recompute' ? added : [anchor, newest, added];
  },

  of(items, size, options) {
    const at = items.findLastIndex((item) => item.feeds.includes(ANCHOR));
    const after =
      at < 0 ? [] : items.slice(at + 1).filter((item) => isBefore(placeOf(items[at]!), placeOf(item)));
    return [
      at < 0 ? null : placeOf(items[at]!),
      placeOf(items.at(-1)!),
      after.length > 0 ? inner.of(after, size, options) : null,
    ];
  },

  suffices: ([, , after], size) => after === null || inner.suffices(after, size),
  holds: inner.holds,
});

const placeOf = ({ at, id }: Item): Place => [at, id];
const isBefore = ([at, id]: Place, [thanAt, thanId]: Place): boolean =>
  inEventOrder({ at, id }, { at: thanAt, id: thanId }) < 0;

/** What is kept after the anchor, where there is one and something is. */
export const keptSince = <Kept extends Json>(kept: Since<Kept> | undefined): Kept | undefined =>
  kept?.[2] ?? undefined;
