import type { ContactId } from '@entente/kernel';
import { keysBefore, type ResolvedKey } from '@entente/storage';
import type { Engine } from './engine';
import { mostKeys } from './known-contacts';

/** Few: what reads them stops everything else meanwhile. */
const pageSize = 2_000;

/** As many as are remembered at least, however they fall. */
const most = mostKeys / 2;

/**
 * What an engine knew of contacts before it was stopped, or others know: beginning with those that came last, so that it need not
 * look each of them up when they do something.
 */
export async function recallContacts(
  { database, known }: Pick<Engine, 'database' | 'known'>,
  stop?: AbortSignal,
): Promise<void> {
  let before: ContactId | undefined;
  for (let left = most; left > 0 && !stop?.aborted; left -= pageSize) {
    const page: ResolvedKey[] = await keysBefore(database, before, pageSize);
    for (const { key, contact, stored } of page) if (stored) known.add(key, contact);
    if (page.length < pageSize) return;
    before = page.at(-1)!.contact;
  }
}
