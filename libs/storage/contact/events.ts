import { toIso, type ContactId, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import type { FactType } from '@entente/event';
import {
  bigintArray,
  booleanArray,
  instantArray,
  jsonbArray,
  smallintArray,
  textArray,
  uuidArray,
} from '../database/binary-array';
import type { Tx } from '../database/database';
import { ownSource } from '../outbox';
import { named } from './named';

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
  readonly context?: JsonObject | undefined;
}

/** An event to be stored; what its properties are is given as text, so that nobody has to parse them for that. */
export type NewEvent = Omit<StoredEvent, 'properties'> & { readonly propertiesJson: string };

/** Tells one stored event from every other. */
export const eventKey = ({ contact, message }: Pick<StoredEvent, 'contact' | 'message'>): string =>
  `${contact} ${message}`;

/** Those of these events that are stored. */
export async function storedAmong<Event extends Pick<StoredEvent, 'contact' | 'message'>>(
  tx: Tx,
  events: readonly Event[],
): Promise<Event[]> {
  if (events.length === 0) return [];
  const rows = await tx.prepared<{ contact: ContactId; message: Uuid }>(
    // OFFSET 0 has them looked up one by one: joined, all events may be read to find these few.
    `SELECT contact_id AS contact, message FROM unnest($1::bigint[], $2::uuid[]) AS e (contact_id, message)
     CROSS JOIN LATERAL (SELECT FROM event WHERE contact_id = e.contact_id AND message = e.message OFFSET 0) AS stored`,
    [bigintArray(events.map(({ contact }) => contact)), uuidArray(events.map(({ message }) => message))],
  );
  const stored = new Set(rows.map(eventKey));
  return events.filter((event) => stored.has(eventKey(event)));
}

/**
 * Stores events, none of which is stored yet: else the unique index refuses them all. Those of `common` names will not be found by
 * their name.
 */
export async function insertEvents(
  tx: Tx,
  events: readonly NewEvent[],
  common: ReadonlySet<string>,
): Promise<void> {
  if (events.length === 0) return;
  await tx.prepared(
    `INSERT INTO event (contact_id, message, at, arrival, source_id, type, name, cause, properties, context, rare)
     SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::smallint[], $6::text[],
       $7::text[], $8::text[], $9::jsonb[], $10::jsonb[], $11::boolean[])`,
    [
      bigintArray(events.map(({ contact }) => contact)),
      uuidArray(events.map(({ message }) => message)),
      instantArray(events.map(({ at }) => at)),
      instantArray(events.map(({ arrival }) => arrival)),
      smallintArray(events.map(({ source }) => source)),
      textArray(events.map(({ type }) => type)),
      textArray(events.map(({ name }) => name)),
      textArray(events.map(({ cause }) => cause)),
      jsonbArray(events.map(({ propertiesJson }) => propertiesJson)),
      jsonbArray(events.map(({ context }) => (context === undefined ? null : JSON.stringify(context)))),
      booleanArray(events.map(({ name }) => !common.has(name))),
    ],
  );
}

/** Which stored events are read. */
export interface EventsAsked {
  readonly names: readonly string[];
  /** Whether with their context. */
  readonly context: boolean;
}

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
  context: JsonObject | null;
}

/** The columns that `storedEvent` reads. */
const columns =
  'event.contact_id, event.message, event.at, event.arrival, event.source_id, event.type, event.name, event.cause, event.properties';
export const eventColumns = `${columns}, event.context`;
const columnsFor = ({ context }: EventsAsked): string =>
  context ? eventColumns : `${columns}, NULL AS context`;

/**
 * The stored events of these contacts that states and profiles are made of, by contact, in no particular order: those of these
 * names, and the identify calls.
 */
export async function loadHistories(
  tx: Tx,
  contacts: readonly ContactId[],
  asked: EventsAsked,
): Promise<Map<ContactId, StoredEvent[]>> {
  const histories = new Map<ContactId, StoredEvent[]>(contacts.map((contact) => [contact, []]));
  if (contacts.length === 0) return histories;
  const rows = await tx.query<EventRow>(
    `SELECT ${columnsFor(asked)} FROM event
     WHERE contact_id = ANY($1::bigint[]) AND (${named('$2')} OR type = 'identify')`,
    [contacts, asked.names],
  );
  for (const row of rows) histories.get(row.contact_id)?.push(storedEvent(row));
  return histories;
}

/** Rows of one page: enough that asking for the next is little of the work. */
const pageSize = 5_000;

/** The same in event order and in pages, so that it takes no more memory of whoever has more; of one transaction one at a time. */
export async function* historyInOrder(
  tx: Tx,
  contacts: readonly ContactId[],
  asked: EventsAsked,
): AsyncGenerator<StoredEvent[]> {
  await tx.run(
    `DECLARE history NO SCROLL CURSOR FOR SELECT ${columnsFor(asked)} FROM event
     WHERE contact_id = ANY($1::bigint[]) AND (${named('$2')} OR type = 'identify') ORDER BY at, message`,
    [contacts, asked.names],
  );
  try {
    for (let isLast = false; !isLast;) {
      const rows = await tx.query<EventRow>(`FETCH ${pageSize} FROM history`);
      isLast = rows.length < pageSize;
      yield rows.map(storedEvent);
    }
  } finally {
    // In a transaction that has failed there is none any more.
    await tx.run('CLOSE history').catch(() => undefined);
  }
}

/** Those that arrived later than an instant. */
export async function eventsAfter(
  tx: Tx,
  contacts: readonly ContactId[],
  asked: EventsAsked,
  arrival: Instant,
): Promise<StoredEvent[]> {
  const rows = await tx.query<EventRow>(
    `SELECT ${columnsFor(asked)} FROM event
     WHERE contact_id = ANY($1::bigint[]) AND arrival > $3 AND (${named('$2')} OR type = 'identify')`,
    [contacts, asked.names, toIso(arrival)],
  );
  return rows.map(storedEvent);
}

/** Those of these contacts of which more events than so many are stored. */
export async function contactsWithMore(
  tx: Tx,
  contacts: readonly ContactId[],
  than: number,
): Promise<Set<ContactId>> {
  if (contacts.length === 0) return new Set();
  const rows = await tx.query<{ id: ContactId }>(
    `SELECT id FROM unnest($1::bigint[]) AS c (id)
     WHERE (SELECT count(*) FROM (SELECT FROM event WHERE contact_id = c.id LIMIT $2::int + 1) AS counted) > $2::int`,
    [contacts, than],
  );
  return new Set(rows.map(({ id }) => id));
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
  ...(row.context && { context: row.context }),
});

/** By segment, whether the last that Entente told of these contacts is that they entered it; `names` are those of an entry and of an exit. */
export async function lastPassages(
  tx: Tx,
  contacts: readonly ContactId[],
  names: readonly [entry: string, exit: string],
): Promise<Map<string, boolean>> {
  const rows = await tx.query<{ segment: string; entered: boolean }>(
    `SELECT DISTINCT ON (1) properties->>'segment' AS segment, name = $2 AS entered FROM event
     WHERE contact_id = ANY($1::bigint[]) AND name IN ($2, $3) AND source_id = $4
     ORDER BY 1, at DESC, message DESC`,
    [contacts, ...names, await ownSource(tx)],
  );
  return new Map(rows.map(({ segment, entered }) => [segment, entered]));
}
