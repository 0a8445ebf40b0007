import { isText } from '../read';
import type { MemoryKind } from './memory';

/** By the text that is picked, how often it came by the first feed, less how often by another; what comes to nothing is left out. */
export type Balances = { readonly [text: string]: number };

/** For what begins and ends, of each of several. */
export const balances: MemoryKind<Balances> = {
  name: 'balances',
  meaning: 1,
  add: (kept, { feeds, picked: [text] }) =>
    isText(text) ? balanced(kept ?? {}, text, feeds.includes(0) ? 1 : -1) : (kept ?? {}),
  of: (items) => items.reduce<Balances>((kept, item) => balances.add(kept, item, 0, null) as Balances, {}),
  suffices: () => true,
  holds: () => RECKONED_OPEN,
};

const RECKONED_OPEN = 5;

function balanced(kept: Balances, text: string, change: number): Balances {
  const before = Object.hasOwn(kept, text) ? kept[text]! : 0;
  const { [text]: _, ...others } = kept;
  return before + change === 0 ? others : { ...others, [text]: before + change };
}

/** Whether of any more has begun than has ended. */
export const isAnyOpen = (kept: Balances | undefined): boolean =>
  Object.values(kept ?? {}).some((balance) => balance > 0);
