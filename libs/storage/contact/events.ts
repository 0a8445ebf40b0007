import { toIso, type ContactId, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import type { FactType } from '@entente/event';
import type { Tx } from '../database/database';

/** An event as it is stored: under the contact that its key first resolved to. */
export interface StoredEvent {
  readonly contact: ContactId;
  readonly message: Uuid;
  readonly at: Instant;
  readonly arrival: Instant;
  readonly source: number;
  readonly type: FactType;
  readonly name: string;
  readonly cause: string;
  readonly properties: JsonObject;
  readonly context?: JsonObject;
}

/** Stores events and gives the keys (`contact message`) of those that are new; the first copy in the log wins. */
export async function insertEvents(tx: Tx, events: readonly StoredEvent[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const rows = await tx.query<{ contact_id: ContactId; message: Uuid }>(
    `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, cause, properties, context)
     SELECT contact_id, message, at, arrival, source_id, type, name, cause, properties, context
     FROM json_to_recordset($1::json) AS e (contact_id bigint, message uuid, at timestamptz, arrival timestamptz,
       source_id smallint, type text, name text, cause text, properties jsonb, context jsonb)
     ON CONFLICT DO NOTHING
     RETURNING contact_id, message`,
    [JSON.stringify(events.map(eventRow))],
  );
  return new Set(rows.map((row) => `${row.contact_id} ${row.message}`));
}

const eventRow = (event: StoredEvent) => ({
  contact_id: event.contact,
  message: event.message,
  at: toIso(event.at),
  arrival: toIso(event.arrival),
  source_id: event.source,
  type: event.type,
  name: event.name,
  cause: event.cause,
  properties: event.properties,
  context: event.context,
});

export interface EventRow {
  contact_id: ContactId;
  message: Uuid;
  at: Date;
  arrival: Date;
  source_id: number;
  type: FactType;
  name: string;
  cause: string;
  properties: JsonObject;
}

/** The columns that `storedEvent` reads. */
export const eventColumns =
  'event.contact_id, event.message, event.at, event.arrival, event.source_id, event.type, event.name, event.cause, event.properties';

/** All stored events of these contacts, by contact, in no particular order. */
export async function loadHistories(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, StoredEvent[]>> {
  const histories = new Map<ContactId, StoredEvent[]>(contacts.map((contact) => [contact, []]));
  if (contacts.length === 0) return histories;
  const rows = await tx.query<EventRow>(
    `SELECT ${eventColumns} FROM event WHERE contact_id = ANY($1::bigint[])`,
    [contacts],
  );
  for (const row of rows) histories.get(row.contact_id)?.push(storedEvent(row));
  return histories;
}

export const storedEvent = (row: EventRow): StoredEvent => ({
  contact: row.contact_id,
  message: row.message,
  at: row.at.getTime(),
  arrival: row.arrival.getTime(),
  source: row.source_id,
  type: row.type,
  name: row.name,
  cause: row.cause,
  properties: row.properties,
});
