import { eventKey, insertEvents, sqlState, storedAmong, type Tx } from '@entente/storage';
import type { ArrivedEvent } from './arrivals';
import type { SeenMessages } from './seen-messages';

/** Those of a batch's events that are not stored yet; the first copy in the log wins. */
export async function newsAmong(
  tx: Tx,
  seen: SeenMessages,
  events: readonly ArrivedEvent[],
): Promise<Set<ArrivedEvent>> {
  const first = firstCopies(events);
  const stored = await storedAmong(tx, seen.suspects(first));
  seen.compare(stored);
  const news = new Set(first);
  for (const event of stored) news.delete(event);
  return news;
}

/** A message that was told of several contacts is as many events. */
function firstCopies(events: readonly ArrivedEvent[]): ArrivedEvent[] {
  const first = new Map<string, ArrivedEvent>();
  for (const event of events) {
    const told = first.get(event.message);
    if (!told) first.set(event.message, event);
    else if (told.contact !== event.contact && !first.has(eventKey(event))) first.set(eventKey(event), event);
  }
  return [...first.values()];
}

/**
 * Stores them; those of `common` names will not be found by name. One that is stored already without `seen` knowing makes the
 * transaction fail by a unique violation; run again, it looks for all of them.
 */
export async function storeNews(
  tx: Tx,
  seen: SeenMessages,
  news: readonly ArrivedEvent[],
  common: ReadonlySet<string>,
): Promise<void> {
  try {
    await insertEvents(tx, news, common);
  } catch (error) {
    if (sqlState(error) === '23505') seen.distrust();
    throw error;
  }
  for (const { message } of news) seen.add(message);
}
