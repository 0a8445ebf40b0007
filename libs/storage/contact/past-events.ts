import type { ContactId, JsonObject } from '@entente/kernel';
import { mayMean } from '@entente/segment';
import { bigintArray, textArray } from '../database/binary-array';
import type { Tx } from '../database/database';
import { PackedReader } from '../database/packed-reader';
import type { EventRow, EventsAsked, StoredEvent } from './events';
import { named } from './named';

/** What states are made of: the properties only where they are asked for. */
export type PastEvent = Pick<
  StoredEvent,
  'contact' | 'message' | 'at' | 'source' | 'type' | 'name' | 'properties' | 'context'
>;

interface Asked {
  readonly names: Iterable<string>;
  /** Those of the names whose events are wanted with their properties. */
  readonly withProperties: Iterable<string>;
  /** Whether their context, too. */
  readonly context: boolean;
}

const unlimited = 2 ** 31 - 2;

/** The stored events of these names, by contact, in no particular order; undefined where there are more than `most`. */
export async function loadPastEvents(
  tx: Tx,
  contacts: readonly ContactId[],
  { names, withProperties, context }: Asked,
  most = unlimited,
): Promise<Map<ContactId, PastEvent[]> | undefined> {
  const events = new Map<ContactId, PastEvent[]>(contacts.map((contact) => [contact, []]));
  if (contacts.length === 0) return events;
  const whole = new Set(withProperties);
  const plain = [...names].filter((name) => !mayMean(whole, name));
  const [packed, rows] = await Promise.all([
    packedEvents(tx, contacts, plain, [...whole]),
    wholeEvents(tx, contacts, { names: [...whole], context }, most + 1),
  ]);
  if (packed.reduce((sum, { count }) => sum + count, rows.length) > most) return undefined;
  for (const row of packed) unpack(row, events.get(row.contact_id)!);
  for (const row of rows)
    events.get(row.contact_id)!.push({
      contact: row.contact_id,
      message: row.message,
      at: row.at.getTime(),
      source: row.source_id,
      type: row.type,
      name: row.name,
      properties: row.properties,
      ...(row.context && { context: row.context }),
    });
  return events;
}

type WholeRow = Pick<
  EventRow,
  'contact_id' | 'message' | 'at' | 'source_id' | 'type' | 'name' | 'properties' | 'context'
>;

async function wholeEvents(
  tx: Tx,
  contacts: readonly ContactId[],
  { names, context }: EventsAsked,
  limit: number,
): Promise<WholeRow[]> {
  if (names.length === 0) return [];
  return tx.prepared(
    `SELECT contact_id, message, at, source_id, type, name, properties, ${context ? 'context' : 'NULL AS context'}
     FROM event WHERE contact_id = ANY($1::bigint[]) AND ${named('$2')} LIMIT $3::int`,
    [bigintArray(contacts), textArray(names), limit],
  );
}

interface PackedRow {
  readonly contact_id: ContactId;
  readonly name: string;
  /** Of each event its message, instant and source, packed, in base64. */
  readonly events: string;
  readonly count: number;
}

/** A row for each event would cost several times as much to read as what is made of it. */
async function packedEvents(
  tx: Tx,
  contacts: readonly ContactId[],
  names: readonly string[],
  otherThan: readonly string[],
): Promise<PackedRow[]> {
  if (names.length === 0) return [];
  return tx.prepared(
    `SELECT contact_id, name, encode(string_agg(uuid_send(message) || timestamptz_send(at) || int2send(source_id), ''::bytea), 'base64') AS events,
       count(*)::int AS count
     FROM event WHERE contact_id = ANY($1::bigint[]) AND ${named('$2')} AND NOT name = ANY($3::text[])
     GROUP BY contact_id, name`,
    [bigintArray(contacts), textArray(names), textArray(otherThan)],
  );
}

const NO_PROPERTIES: JsonObject = {};
/** Identify calls are always read whole. */
const ANY_TYPE = 'track';

function unpack({ contact_id: contact, name, events }: PackedRow, into: PastEvent[]): void {
  const packed = PackedReader.ofBase64(events);
  while (!packed.isDone)
    into.push({
      contact,
      message: packed.uuid(),
      at: packed.instant(),
      source: packed.smallint(),
      type: ANY_TYPE,
      name,
      properties: NO_PROPERTIES,
    });
}
