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
  instantsOnly: true,

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
  return listed.toSpliced(place, 0, amount);
}

/** Takes out of the list what needs no instant any more. */
function settled(
  before: Tally | null,
  amounts: readonly Amount[],
  size: Duration,
  options: AmountOptions,
): Amounts {
  const { inside, listed } = 'older' in options ? reached(amounts, size, options) : marked(amounts, options);
  const surplus = Math.max(0, listed.length - bounds.listed);
  const old = 'older' in options && options.older === 'out' ? [] : listed.slice(0, surplus);
  const tally = [...inside, ...old].reduce<Tally | null>((sum, [, value]) => tallied(sum, value), before);
  return [size, tally, surplus > 0 ? listed.slice(surplus) : listed];
}

/** What is inside for good, and what is listed. */
interface Placed {
  readonly inside: readonly Amount[];
  readonly listed: readonly Amount[];
}

/** Only the beginning can be out of reach: a contact may have thousands of amounts, each of which comes by itself. */
function reached(
  amounts: readonly Amount[],
  size: Duration,
  { older, only }: Extract<AmountOptions, { older: unknown }>,
): Placed {
  const newest = amounts.at(-1)?.[0] ?? 0;
  const place = amounts.findIndex(([at]) => at > newest - size);
  const beyond = place < 0 ? amounts.length : place;
  const listed = beyond > 0 ? amounts.slice(beyond) : amounts;
  return {
    inside: older === 'in' ? amounts.slice(0, beyond) : [],
    listed: only ? undominated(listed, only) : listed,
  };
}

function marked(
  amounts: readonly Amount[],
  { from, to, slack }: Extract<AmountOptions, { slack: unknown }>,
): Placed {
  const isNear = (at: Instant, mark: Instant | null): boolean =>
    slack > 0 && mark !== null && Math.abs(at - mark) <= slack;
  const isListed = ([at]: Amount): boolean => isNear(at, from) || isNear(at, to);
  const isInside = ([at]: Amount): boolean => (from === null || at >= from) && (to === null || at < to);
  return {
    inside: amounts.filter((amount) => !isListed(amount) && isInside(amount)),
    listed: amounts.filter(isListed),
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
