import { toIso, type ContactId, type Instant } from '@entente/kernel';
import { bigintArray, instantArray } from '../database/binary-array';
import type { Tx } from '../database/database';

/** Shares of the contacts by which engines divide the timers among them. */
export const timerBuckets = 16;

/** When a contact had to be looked at again, and when it has to be from now on; undefined: never by time alone. */
export interface Arming {
  readonly contact: ContactId;
  readonly before: Instant | undefined;
  readonly due: Instant | undefined;
}

/** Sets the timers of contacts that the transaction has locked. Their rows say the same: they are told by who else updates them. */
export async function armTimers(tx: Tx, armings: readonly Arming[]): Promise<void> {
  await Promise.all([disarm(tx, timersOf(armings, 'before')), arm(tx, timersOf(armings, 'due'))]);
}

/** The same for contacts that nobody else updates. */
export async function rearm(tx: Tx, armings: readonly Arming[]): Promise<void> {
  if (armings.length === 0) return;
  await tx.prepared(
    `UPDATE contact SET due = a.due FROM unnest($1::bigint[], $2::timestamptz[]) AS a (id, due) WHERE contact.id = a.id`,
    [bigintArray(armings.map(({ contact }) => contact)), instantArray(armings.map(({ due }) => due ?? null))],
  );
  await armTimers(tx, armings);
}

/** Takes away the timer of a contact. */
export async function removeTimer(tx: Tx, contact: ContactId): Promise<void> {
  const [row] = await tx.query<{ due: Date | null }>(
    'SELECT due FROM contact WHERE id = $1 FOR NO KEY UPDATE',
    [contact],
  );
  if (row?.due) await rearm(tx, [{ contact, before: row.due.getTime(), due: undefined }]);
}

interface Timer {
  readonly contact: ContactId;
  readonly due: Instant;
}

const timersOf = (armings: readonly Arming[], which: 'before' | 'due'): Timer[] =>
  armings.flatMap(({ contact, [which]: due }) => (due === undefined ? [] : [{ contact, due }]));

async function disarm(tx: Tx, timers: readonly Timer[]): Promise<void> {
  if (timers.length === 0) return;
  await tx.prepared(
    // By their places, as contacts are updated.
    `DELETE FROM timer USING unnest($1::bigint[], $2::timestamptz[]) AS t (contact_id, due)
     CROSS JOIN LATERAL (
       SELECT ctid FROM timer AS own
       WHERE own.bucket = t.contact_id % ${timerBuckets} AND own.due = t.due AND own.contact_id = t.contact_id OFFSET 0
     ) AS place
     WHERE timer.ctid = place.ctid`,
    columnsOf(timers),
  );
}

async function arm(tx: Tx, timers: readonly Timer[]): Promise<void> {
  if (timers.length === 0) return;
  await tx.prepared(
    `INSERT INTO timer (bucket, due, contact_id)
     SELECT contact_id % ${timerBuckets}, due, contact_id FROM unnest($1::bigint[], $2::timestamptz[]) AS t (contact_id, due)
     ON CONFLICT DO NOTHING`,
    columnsOf(timers),
  );
}

const columnsOf = (timers: readonly Timer[]): Buffer[] => [
  bigintArray(timers.map(({ contact }) => contact)),
  instantArray(timers.map(({ due }) => due)),
];

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
