import { createHash } from 'node:crypto';
import { canonicalJson, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import { isLaterPlace, tellingPlace } from '@entente/profile';
import { inEventOrder } from '../facts';
import { stepsOf, valueAt } from '../read';
import type { Item, MemoryKind } from './memory';

/**
 * The value last set, when it last became another one, and the place of the last setting in event order. Once Entente has told of a company, which
 * of its tellings holds: from then on nothing else does.
 */
export type Changed = readonly [
  value: string,
  changed: Instant | null,
  at: Instant,
  id: Uuid,
  ...told: [] | [readonly [at: Instant, message: string]],
];

const NOTHING = 'null';
const LONGEST_KEPT = 40;

/** The place of the feed of what Entente tells of a company; the first one has identify calls. */
const TOLD = 1;

/** For changes of the value at a path, which the options name. Nothing set before, and null, are the same: no value. */
export const changed: MemoryKind<Changed, string> = {
  name: 'changed',
  meaning: 1,

  add(kept, item, _size, path) {
    if (!kept || inEventOrder({ at: kept[2], id: kept[3] }, item) < 0) return withNext(kept, item, path);
    return changesNothing(kept, item, path) ? kept : 'recompute';
  },

  of: (items, _size, path) =>
    items.reduce<Changed | undefined>((kept, item) => withNext(kept, item, path), undefined)!,

  suffices: () => true,
  holds: () => 1,
};

/** Of a setting that came late: it is of the value that holds since before it, or of another one before that came. Tellings may override each other. */
function changesNothing(
  [holds, since, , , told]: Changed,
  { at, properties, feeds }: Item,
  path: string,
): boolean {
  if (told || feeds.includes(TOLD)) return false;
  const isSame = valueIn(properties, path) === holds;
  return since === null ? isSame : isSame ? at > since : at < since;
}

const valueIn = (properties: JsonObject, path: string): string =>
  shortText(canonicalJson(valueAt(properties, stepsOf(path))));

function withNext(kept: Changed | undefined, item: Item, path: string): Changed {
  const [before = NOTHING, since = null, , , told] = kept ?? [];
  const { at, id, properties } = item;
  const place = item.feeds.includes(TOLD) ? tellingPlace(properties) : undefined;
  if (told && !(place && isLaterPlace(place, { at: told[0], message: told[1] })))
    return [before, since, at, id, told];
  const value = valueIn(properties, path);
  const next = [value, value === before ? since : at, at, id] as const;
  return place ? [...next, [place.at, place.message]] : next;
}

/** A text as short as a hash, different for different texts: a hash bears a sign that no JSON begins with. */
const shortText = (text: string): string =>
  text.length <= LONGEST_KEPT ? text : `#${createHash('sha256').update(text).digest('base64url')}`;

/** When the value last changed, if it ever did. */
export const changedAt = (kept: Changed | undefined): Instant | undefined => kept?.[1] ?? undefined;
