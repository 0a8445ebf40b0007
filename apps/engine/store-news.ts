import { eventKey, insertEvents, sqlState, storedAmong, type Tx } from '@entente/storage';
import type { ArrivedEvent } from './arrivals';
import type { SeenMessages } from './seen-messages';

/** Which of a batch's events are not stored yet; the first copy in the log wins. */
export async function whichAreNews(
  tx: Tx,
  seen: SeenMessages,
  events: readonly ArrivedEvent[],
): Promise<boolean[]> {
  const first = firstCopies(events);
  const stored = await storedAmong(tx, seen.suspects(first));
  seen.compare(stored);
  const known = new Set(stored);
  let place = 0;
  return events.map((event) => {
    if (event !== first[place]) return false;
    place += 1;
    return !known.has(event);
  });
}

/** The others left out. A message that was told of several contacts is as many events. */
function firstCopies(events: readonly ArrivedEvent[]): ArrivedEvent[] {
  const first = new Map<string, ArrivedEvent>();
  return events.filter((event) => {
    const told = first.get(event.message);
    const key = told ? eventKey(event) : event.message;
    if (told && (told.contact === event.contact || first.has(key))) return false;
    first.set(key, event);
    return true;
  });
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
