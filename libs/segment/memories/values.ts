import { createHash } from 'node:crypto';
import type { Instant } from '@entente/kernel';
import { takesValue } from '../takes';
import type { Item, MemoryKind } from './memory';

type Value = readonly [text: string, at: Instant];

/** As many values as the size says: those seen last, the latest first, or those seen first, the earliest first. */
export type Values = readonly [size: number, values: readonly Value[]];

const LONGEST_KEPT = 60;

/** For counts of different values of the picked property. Values that are no text, number, true or false are not kept. */
export const values: MemoryKind<Values, 'last' | 'first'> = {
  name: 'values',
  meaning: 1,

  add(kept, item, size, seen) {
    const text = textOf(item);
    const before = kept?.[1] ?? [];
    if (text === undefined) return [size, before];
    const known = before.find(([one]) => one === text);
    const order = inOrder(seen);
    const added: Value = [text, item.at];
    if (known && order(known, added) <= 0) return [size, before];
    const others = before.filter((one) => one !== known);
    return [size, [...others, added].sort(order).slice(0, size)];
  },

  of(items, size, seen) {
    const byText = new Map<string, Value>();
    for (const item of seen === 'last' ? items : [...items].reverse()) {
      const text = textOf(item);
      if (text !== undefined) byText.set(text, [text, item.at]);
    }
    return [size, [...byText.values()].sort(inOrder(seen)).slice(0, size)];
  },

  suffices: ([kept, all], size) => kept >= size || all.length < kept,
  holds: (size) => size,
};

/** When the values were seen. */
export const instantsOf = (kept: Values | undefined): Instant[] => (kept?.[1] ?? []).map(([, at]) => at);

const inOrder =
  (seen: 'last' | 'first') =>
  (a: Value, b: Value): number =>
    (seen === 'last' ? b[1] - a[1] : a[1] - b[1]) || (a[0] < b[0] ? -1 : 1);

/** What tells values apart, and takes little room: no digest looks like a value. */
function textOf({ picked: [value] }: Item): string | undefined {
  if (!takesValue('scalar', value)) return undefined;
  const text = JSON.stringify(value);
  return text.length > LONGEST_KEPT ? `#${createHash('sha256').update(text).digest('base64url')}` : text;
}
