import type { Duration, Instant } from '@entente/kernel';
import { bounds } from '../bounds';
import type { Reach } from '../behavior/period';
import { tallied, type Tally } from './tally';
import { heldIn, type Item, type MemoryKind } from './memory';

export type Amount = readonly [at: Instant, value: number];

/** How far back amounts are listed, those for good in the period taken together, and those listed, in order. */
export type Amounts = readonly [back: Duration, tally: Tally | null, listed: readonly Amount[]];

/**
 * How long what is out of the period's reach is taken for: `in`, and what fixed points it lies between. With `only`, an amount
 * that a later one outdoes, being as small or as great, is dropped: no period that ends now can miss it.
 */
export type AmountOptions =
  | { readonly older: 'in' | 'out'; readonly only: 'least' | 'greatest' | null }
  | Exclude<Reach, { readonly back: Duration }>;

/**
 * The numbers that the picked property had (without one, a 1 for each event), with their instants where time or a zone decides
 * whether they count. The size is how long ago that may be. Beyond `bounds.listed` the oldest are taken for older than that.
 */
export const amounts: MemoryKind<Amounts, AmountOptions> = {
  name: 'amounts',
  meaning: 1,

  add(kept, item, size, options) {
    const [, tally, listed] = kept ?? [size, null, []];
    const value = valueOf(item);
    if (value === undefined) return [size, tally, listed];
    return settled(tally, inserted(listed, [item.at, value]), size, options);
  },

  of(items, size, options) {
    const all = items.flatMap((item): Amount[] => {
      const value = valueOf(item);
      return value === undefined ? [] : [[item.at, value]];
    });
    return settled(null, all.sort(inOrder), size, options);
  },

  suffices: ([back], size) => back >= size,
  holds: heldIn,
};

/** Without a pick each event is 1. */
function valueOf({ picked }: Item): number | undefined {
  const value = picked.length > 0 ? picked[0] : 1;
  return typeof value !== 'number' ? undefined : value === 0 ? 0 : value;
}

const inOrder = ([a, x]: Amount, [b, y]: Amount): number => a - b || x - y;

function inserted(listed: readonly Amount[], amount: Amount): Amount[] {
  const place = listed.findLastIndex((one) => inOrder(one, amount) <= 0) + 1;
  return [...listed.slice(0, place), amount, ...listed.slice(place)];
}

/** Takes out of the list what needs no instant any more. */
function settled(
  before: Tally | null,
  amounts: readonly Amount[],
  size: Duration,
  options: AmountOptions,
): Amounts {
  let tally = before;
  const placeOf = placing(amounts.at(-1)?.[0] ?? 0, size, options);
  const listed: Amount[] = [];
  for (const amount of amounts) {
    const place = placeOf(amount[0]);
    if (place === 'in') tally = tallied(tally, amount[1]);
    if (place === 'listed') listed.push(amount);
  }
  const kept = 'only' in options && options.only ? undominated(listed, options.only) : listed;
  const surplus = kept.splice(0, Math.max(0, kept.length - bounds.listed));
  if (!('older' in options && options.older === 'out'))
    for (const [, value] of surplus) tally = tallied(tally, value);
  return [size, tally, kept];
}

type Place = 'in' | 'out' | 'listed';

function placing(newest: Instant, size: Duration, options: AmountOptions): (at: Instant) => Place {
  if ('older' in options) return (at) => (at > newest - size ? 'listed' : options.older);
  const { from, to, slack } = options;
  const isNear = (at: Instant, mark: Instant | null): boolean =>
    mark !== null && Math.abs(at - mark) <= slack;
  return (at) => {
    if (slack > 0 && (isNear(at, from) || isNear(at, to))) return 'listed';
    return (from === null || at >= from) && (to === null || at < to) ? 'in' : 'out';
  };
}

/** Without those that a later one, or one of the same instant, equals or outdoes. */
function undominated(amounts: readonly Amount[], which: 'least' | 'greatest'): Amount[] {
  const outdoes = (a: number, b: number): boolean => (which === 'least' ? a <= b : a >= b);
  const kept: Amount[] = [];
  for (const amount of amounts) {
    while (kept.length > 0 && outdoes(amount[1], kept.at(-1)![1])) kept.pop();
    if (kept.at(-1)?.[0] !== amount[0]) kept.push(amount);
  }
  return kept;
}
