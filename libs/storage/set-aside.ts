import { toIso, type Instant } from '@entente/kernel';
import type { Tx } from './database/database';

/** A record that failed alone and again. */
export interface SetAsideRecord {
  readonly consumer: string;
  /** The log it lay in: positions start anew in another one. */
  readonly topic: string;
  readonly partition: number;
  readonly position: bigint;
  readonly key: string;
  readonly value: string;
  readonly arrival: Instant;
  readonly reason: string;
}

/** Keeps a record with its reason, to be replayed or dropped by a person. Text that is no JSON is kept as text. */
export async function setAside(tx: Tx, record: SetAsideRecord): Promise<void> {
  await tx.run(
    `INSERT INTO set_aside (consumer, topic, partition, position, key, record, arrival, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      record.consumer,
      record.topic,
      record.partition,
      String(record.position),
      storable(record.key),
      storable(asJson(record.value)),
      toIso(record.arrival),
      storable(record.reason).slice(0, 2_000),
    ],
  );
}

/** PostgreSQL stores no NUL in text and no lone surrogate in jsonb. */
const storable = (text: string): string =>
  text.replaceAll('\\u0000', '\uFFFD').replaceAll('\u0000', '\uFFFD').toWellFormed();

function asJson(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value)).replaceAll(/\\ud[89a-f][0-9a-f]{2}/gi, '\uFFFD');
  } catch {
    return JSON.stringify(value.toWellFormed());
  }
}
