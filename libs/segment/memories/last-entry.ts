import { byContactId, type ContactId, type Json } from '@entente/kernel';
import { readEntry } from './ledger-entry';
import type { Item, MemoryKind } from './memory';

/** The last entry, and by which feed it came. */
export type LastEntry = readonly [seq: number, contact: ContactId, feed: number];

/** What stands before the first entry. */
export const noEntry: LastEntry = [0, '0', 1];

/**
 * For what stands until something else is told, in the order of numbered entries (`17:3`): times play no part. Of contacts that are one
 * person the greatest number counts, and of equal ones that of the later contact. Picks the entry.
 */
export const lastEntry: MemoryKind<LastEntry> = {
  name: 'last-entry',
  meaning: 1,
  add: (kept, item) => said(kept ?? noEntry, item),
  of: (items) => items.reduce(said, noEntry),
  suffices: () => true,
  holds: () => 1,
};

const said = (kept: LastEntry, { picked, feeds }: Item): LastEntry => later(kept, picked[0], feeds[0]!);

/** The last entry after one more that came by this feed; what is no entry says nothing. */
export function later(kept: LastEntry, entry: Json | undefined, feed: number): LastEntry {
  const read = readEntry(entry);
  if (!read) return kept;
  const next: LastEntry = [read.seq, read.contact, feed];
  const order = next[0] - kept[0] || byContactId(next[1], kept[1]) || next[2] - kept[2];
  return order > 0 ? next : kept;
}
