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

/** Sets the timers of contacts that the transaction has locked. Whoever calls this writes the same instants to their rows. */
export async function armTimers(tx: Tx, armings: readonly Arming[]): Promise<void> {
  await Promise.all([disarm(tx, timersOf(armings, 'before')), arm(tx, timersOf(armings, 'due'))]);
}

/** The same with the rows. */
export async function rearm(tx: Tx, armings: readonly Arming[]): Promise<void> {
  if (armings.length === 0) return;
  await tx.prepared(
    `UPDATE contact SET due = a.due FROM unnest($1::bigint[], $2::timestamptz[]) AS a (id, due) WHERE contact.id = a.id`,
    [bigintArray(armings.map(({ contact }) => contact)), instantArray(armings.map(({ due }) => due ?? null))],
  );
  await armTimers(tx, armings);
}

/** When a contact must be looked at. */
export interface Timer {
  readonly contact: ContactId;
  readonly due: Instant;
}

function timersOf(armings: readonly Arming[], which: 'before' | 'due'): Timer[] {
  const timers: Timer[] = [];
  for (const { contact, [which]: due } of armings) if (due !== undefined) timers.push({ contact, due });
  return timers;
}

async function disarm(tx: Tx, timers: readonly Timer[]): Promise<void> {
  if (timers.length === 0) return;
  await tx.prepared(
    // By their places, found one by one: joined by its key, the whole table may be read to find these few.
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

/** The timers of these buckets that are due at or before an instant, the most overdue first. Takes no lock. */
export async function dueTimers(
  tx: Tx,
  buckets: readonly number[],
  until: Instant,
  limit: number,
): Promise<Timer[]> {
  const rows = await tx.query<{ contact: ContactId; due: Date }>(
    `SELECT contact_id AS contact, due FROM timer WHERE bucket = ANY($1::smallint[]) AND due <= $2 ORDER BY due LIMIT $3`,
    [buckets, toIso(until), limit],
  );
  return rows.map(({ contact, due }) => ({ contact, due: due.getTime() }));
}

/** Takes away those of these timers that the rows of their contacts know nothing of: nothing else ever would. */
export async function removeStrays(tx: Tx, timers: readonly Timer[]): Promise<void> {
  await tx.run(
    `DELETE FROM timer USING unnest($1::bigint[], $2::timestamptz[]) AS t (id, due), contact
     WHERE timer.bucket = t.id % ${timerBuckets} AND timer.due = t.due AND timer.contact_id = t.id
       AND contact.id = t.id AND contact.due IS DISTINCT FROM t.due`,
    columnsOf(timers),
  );
}

/** The instant of the earliest timer of all, but for those of contacts that wait for repair: those are evaluated as of then. */
export async function earliestToFire(tx: Tx): Promise<Instant | undefined> {
  const rows = await tx.query<{ due: Date | null }>(
    `SELECT min(first.due) AS due
     FROM generate_series(0, ${timerBuckets - 1}) AS b (bucket)
     CROSS JOIN LATERAL (
       SELECT due FROM timer
       WHERE timer.bucket = b.bucket AND (SELECT repair FROM contact WHERE id = timer.contact_id) IS NULL
       ORDER BY due LIMIT 1) AS first`,
  );
  return rows[0]?.due?.getTime();
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
