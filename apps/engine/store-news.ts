import { eventKey, insertEvents, sqlState, storedAmong, type StoredEvent, type Tx } from '@entente/storage';
import type { SeenMessages } from './seen-messages';

/** Those of a batch's events that are not stored yet, by their keys; the first copy in the log wins. */
export async function newsAmong(
  tx: Tx,
  seen: SeenMessages,
  events: readonly StoredEvent[],
): Promise<Map<string, StoredEvent>> {
  const news = new Map<string, StoredEvent>();
  for (const event of events) if (!news.has(eventKey(event))) news.set(eventKey(event), event);
  const stored = await storedAmong(tx, seen.suspects([...news.values()]));
  seen.compare([...stored].map((key) => news.get(key)!));
  for (const key of stored) news.delete(key);
  return news;
}

/**
 * Stores them. One that is stored already without `seen` knowing makes the transaction fail by a unique violation; run again,
 * it looks for all of them.
 */
export async function storeNews(tx: Tx, seen: SeenMessages, news: readonly StoredEvent[]): Promise<void> {
  try {
    await insertEvents(tx, news);
  } catch (error) {
    if (sqlState(error) === '23505') seen.distrust();
    throw error;
  }
  for (const { message } of news) seen.add(message);
}
