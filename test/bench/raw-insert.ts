import { eventName, eventTime, messageKey, readFact } from '@entente/event';
import { toIso, type Instant, type JsonObject } from '@entente/kernel';
import { bigintArray, instantArray, jsonbArray, smallintArray, textArray, uuidArray } from '@entente/storage';
import type { NewRecord } from '@entente/stream';
import type { Client } from 'pg';
import { propertiesOf } from '../../apps/engine/arrivals';

/** A row of the table of events, with nothing left to find out about it. */
export interface RawRow {
  readonly contact_id: number;
  readonly message: string;
  readonly at: Instant;
  readonly arrival: Instant;
  readonly source_id: number;
  readonly type: string;
  readonly name: string;
  readonly cause: string;
  readonly properties: JsonObject;
}

const columns = 'contact_id, message, at, arrival, source_id, type, name, cause, properties';
const types = `contact_id bigint, message uuid, at timestamptz, arrival timestamptz, source_id smallint, type text,
  name text, cause text, properties jsonb`;

/** The same rows bulk inserted, and nothing else done: what the engine is measured by. */
export class RawInsert {
  constructor(private readonly clients: readonly Client[]) {}

  async open(): Promise<void> {
    const [client] = this.clients as [Client];
    const table = `(contact_id bigint, message uuid, at timestamptz, arrival timestamptz, source_id smallint, type text,
      name text, cause text, properties jsonb, PRIMARY KEY (contact_id, message))`;
    await client.query(`CREATE TABLE raw ${table}`);
    await client.query('CREATE INDEX raw_at ON raw (contact_id, at)');
    await client.query(`CREATE TABLE lean ${table}`);
  }

  /** One JSON parameter into a table with a primary key and an index by contact and time. Gives milliseconds. */
  insert(rows: readonly RawRow[], batchSize: number): Promise<number> {
    return this.inBatches(rows, batchSize, (client, batch) =>
      client.query({
        name: 'raw',
        text: `INSERT INTO raw (${columns}) SELECT ${columns} FROM json_to_recordset($1::json) AS r (${types})`,
        values: [
          JSON.stringify(batch.map((row) => ({ ...row, at: toIso(row.at), arrival: toIso(row.arrival) }))),
        ],
      }),
    );
  }

  /** Binary arrays into a table with one key. Gives milliseconds. */
  insertLean(rows: readonly RawRow[], batchSize: number): Promise<number> {
    return this.inBatches(rows, batchSize, (client, batch) =>
      client.query({
        name: 'lean',
        text: `INSERT INTO lean (${columns}) SELECT ${columns} FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[],
          $4::timestamptz[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::jsonb[]) AS r (${columns})`,
        values: leanArrays(batch),
      }),
    );
  }

  private async inBatches(
    rows: readonly RawRow[],
    batchSize: number,
    insert: (client: Client, batch: readonly RawRow[]) => Promise<unknown>,
  ): Promise<number> {
    let next = 0;
    const began = performance.now();
    await Promise.all(
      this.clients.map(async (client) => {
        while (next < rows.length) {
          const batch = rows.slice(next, (next += batchSize));
          await insert(client, batch);
        }
      }),
    );
    return performance.now() - began;
  }
}

/** Repeated messages left out: this table has no way to. */
export function rowsOf(records: readonly NewRecord[]): RawRow[] {
  const rows = new Map<string, RawRow>();
  const arrival = Date.now();
  for (const { value } of records) {
    const fact = readFact(value);
    const message = messageKey(fact.source, fact.messageId);
    rows.set(message, {
      contact_id: Number(fact.userId),
      message,
      at: eventTime(fact, arrival),
      arrival,
      source_id: fact.source,
      type: fact.type,
      name: eventName(fact),
      cause: 'event',
      properties: propertiesOf(fact),
    });
  }
  return [...rows.values()];
}

const leanArrays = (rows: readonly RawRow[]): Buffer[] => [
  bigintArray(rows.map((row) => String(row.contact_id))),
  uuidArray(rows.map((row) => row.message)),
  instantArray(rows.map((row) => row.at)),
  instantArray(rows.map((row) => row.arrival)),
  smallintArray(rows.map((row) => row.source_id)),
  textArray(rows.map((row) => row.type)),
  textArray(rows.map((row) => row.name)),
  textArray(rows.map((row) => row.cause)),
  jsonbArray(rows.map((row) => JSON.stringify(row.properties))),
];
