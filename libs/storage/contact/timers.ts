import { toIso, type ContactId, type Instant } from '@entente/kernel';
import { bigintArray, instantArray } from '../database/binary-array';
import type { Tx } from '../database/database';

/** Shares of the contacts by which engines divide the timers among them. */
export const timerBuckets = 16;

/** When a contact must be looked at again; undefined: never by time alone. */
export interface Arming {
  readonly contact: ContactId;
  readonly due: Instant | undefined;
}

/** Sets the timers of contacts that the transaction has locked. */
export async function armTimers(tx: Tx, armings: readonly Arming[]): Promise<void> {
  const set = armings.filter((arming) => arming.due !== undefined);
  const removed = armings.filter((arming) => arming.due === undefined).map((arming) => arming.contact);
  await Promise.all([disarm(tx, removed), arm(tx, set)]);
}

async function disarm(tx: Tx, contacts: readonly ContactId[]): Promise<void> {
  if (contacts.length === 0) return;
  await tx.prepared('DELETE FROM timer WHERE contact_id = ANY($1::bigint[])', [bigintArray(contacts)]);
}

async function arm(tx: Tx, set: readonly Arming[]): Promise<void> {
  if (set.length === 0) return;
  await tx.prepared(
    `INSERT INTO timer (contact_id, bucket, due)
     SELECT contact_id, contact_id % ${timerBuckets}, due
     FROM unnest($1::bigint[], $2::timestamptz[]) AS t (contact_id, due)
     ON CONFLICT (contact_id) DO UPDATE SET due = excluded.due`,
    [bigintArray(set.map(({ contact }) => contact)), instantArray(set.map(({ due }) => due!))],
  );
}

/** Contacts of these buckets whose timer is due at or before an instant, the most overdue first. Takes no lock. */
export async function dueContacts(
  tx: Tx,
  buckets: readonly number[],
  until: Instant,
  limit: number,
): Promise<ContactId[]> {
  const rows = await tx.query<{ contact_id: ContactId }>(
    `SELECT contact_id FROM timer WHERE bucket = ANY($1::smallint[]) AND due <= $2 ORDER BY due LIMIT $3`,
    [buckets, toIso(until), limit],
  );
  return rows.map((row) => row.contact_id);
}

/** The instant of the earliest timer in these buckets. */
export async function earliestDue(tx: Tx, buckets: readonly number[]): Promise<Instant | undefined> {
  const rows = await tx.query<{ due: Date | null }>(
    `SELECT min(first.due) AS due
     FROM unnest($1::smallint[]) AS b (bucket)
     CROSS JOIN LATERAL (SELECT due FROM timer WHERE timer.bucket = b.bucket ORDER BY due LIMIT 1) AS first`,
    [buckets],
  );
  return rows[0]?.due?.getTime();
}
