import { toIso, type ContactId, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import { compileBook, withContext, type HistoryEvent, type WholeRule } from '@entente/segment';
import { lineageOf } from '../contact/contacts';
import type { EventsAsked } from '../contact/events';
import { named } from '../contact/named';
import type { Database, Tx } from '../database/database';
import { ownSource } from '../outbox';
import { loadFacts } from '../segment/load-facts';

/** Events that are held at once. */
const PAGE = 1_000;

/**
 * Whether a rule holds for somebody with very many events: these are folded in order, as the engine folds them, and never held
 * all at once.
 */
export async function holdsByFolding(
  database: Database,
  whole: WholeRule,
  contact: ContactId,
  now: Instant,
): Promise<boolean> {
  const { known } = (await loadFacts(database, { contacts: [contact], events: [] })).get(contact)!;
  const versions = [...whole.named].map(([segment, rule], place) => ({
    id: place + 1,
    segment,
    status: 'live' as const,
    rule,
  }));
  const book = compileBook(versions, [whole.rule], known.timeZone);
  let state = book.emptyState();
  await database.transaction(async (tx) => {
    for await (const event of eventsInOrder(
      tx,
      contact,
      { names: book.eventNames, context: book.readsContext },
      now,
    )) {
      const folded = book.fold(state, event);
      if (folded === 'recompute') throw new Error('events in order were not taken as such');
      state = folded;
    }
  });
  return book.holds(whole.rule, { contact, state, traits: known.traits }, now);
}

/** The events of a person until now, each once. */
async function* eventsInOrder(
  tx: Tx,
  contact: ContactId,
  { names, context }: EventsAsked,
  now: Instant,
): AsyncGenerator<HistoryEvent> {
  const own = await ownSource(tx);
  await tx.query(
    `DECLARE past NO SCROLL CURSOR FOR
     SELECT id, at, name, properties, context, source, identify FROM (
       SELECT DISTINCT ON (message) message AS id, at, name, properties, ${context ? 'context' : 'NULL AS context'},
         source_id AS source, type = 'identify' AS identify
       FROM event WHERE contact_id = ANY($1::bigint[]) AND ${named('$2')} AND at <= $3 ORDER BY message, at) AS e
     ORDER BY at, id`,
    [await lineageOf(tx, contact), names, toIso(now)],
  );
  for (;;) {
    const rows = await tx.query<PastRow>(`FETCH ${PAGE} FROM past`);
    if (rows.length === 0) return;
    for (const { at, source, properties, context: around, ...event } of rows)
      yield {
        ...event,
        properties: withContext(properties, around),
        at: at.getTime(),
        own: source === own,
      };
  }
}

interface PastRow {
  readonly id: Uuid;
  readonly at: Date;
  readonly name: string;
  readonly properties: JsonObject;
  readonly context: JsonObject | null;
  readonly source: number;
  readonly identify: boolean;
}
