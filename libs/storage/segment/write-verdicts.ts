import { toIso, type ContactId, type Instant } from '@entente/kernel';
import { timerBuckets } from '../contact/timers';
import { bigintArray, instantArray, textArray } from '../database/binary-array';
import type { Tx } from '../database/database';
import type { Generation } from '../database/definitions';

/** What is known of a contact in whose row nothing was looked at. */
export interface Verdict {
  readonly contact: ContactId;
  /** The versions that are built of which it is a member. */
  readonly members: readonly number[];
  /** When time alone next changes that. */
  readonly due: Instant | undefined;
}

/**
 * Writes what contacts are as of an instant, and logs that as their build; their states stay as they are, and lack what the versions ask for.
 * Left out are those who are in one of these versions of which their verdict does not say so, whom a transaction of this generation or a later one
 * may have decided for, for whom something is due by then or who were looked at later, and whom somebody has to look at in any case. Gives those of
 * whom it was written.
 */
export async function writeVerdicts(
  tx: Tx,
  verdicts: readonly Verdict[],
  {
    versions,
    before,
    now,
  }: { readonly versions: readonly number[]; readonly before: Generation; readonly now: Instant },
): Promise<ContactId[]> {
  if (verdicts.length === 0) return [];
  const rows = await tx.prepared<{ id: ContactId }>(
    // OFFSET 0 has what is behind it looked up one by one, as there may be much of it some day. A timer that came while a row was waited for is not
    // seen here: whoever armed it has looked at the contact later than this instant, or by definitions of today.
    `WITH held AS (
       SELECT contact.id, contact.due AS due_before, least(contact.due, verdict.due) AS due,
         ARRAY(SELECT new FROM unnest(verdict.members::int[]) AS new WHERE new <> ALL(contact.members)) AS entering
       FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS verdict (id, members, due) JOIN contact USING (id)
       WHERE contact.version > 0 AND contact.generation < $4::bigint AND contact.repair IS NULL AND contact.erased_at IS NULL
         AND (contact.members = '{}' OR NOT EXISTS (
           SELECT FROM unnest(contact.members) AS had WHERE had = ANY($6::int[]) AND had <> ALL(verdict.members::int[])))
         AND contact.clock <= $5::timestamptz AND (contact.due > $5::timestamptz OR contact.due IS NULL)
         AND NOT EXISTS (SELECT FROM lineage WHERE lineage.contact_id = contact.id OFFSET 0)
         AND NOT EXISTS (SELECT FROM deferred_event WHERE deferred_event.contact_id = contact.id OFFSET 0)
       ORDER BY contact.id FOR NO KEY UPDATE OF contact
     ), entered AS (
       INSERT INTO membership (contact_id, version_id, since)
       SELECT held.id, new, $5::timestamptz FROM held CROSS JOIN unnest(held.entering) AS new
       RETURNING contact_id, version_id, since
     ), logged AS (
       INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
       SELECT contact_id, version_id, true, since, '{"kind":"build"}' FROM entered
     ), moved AS (
       UPDATE contact SET clock = $5::timestamptz, due = held.due,
         members = contact.members || held.entering
       FROM held WHERE contact.id = held.id
     ), armed AS (
       INSERT INTO timer (bucket, due, contact_id)
       SELECT held.id % ${timerBuckets}, held.due, held.id FROM held WHERE held.due IS DISTINCT FROM held.due_before
     ), disarmed AS (
       DELETE FROM timer USING held CROSS JOIN LATERAL (
         SELECT ctid FROM timer AS own
         WHERE own.bucket = held.id % ${timerBuckets} AND own.due = held.due_before AND own.contact_id = held.id OFFSET 0
       ) AS place
       WHERE held.due IS DISTINCT FROM held.due_before AND timer.ctid = place.ctid
     )
     SELECT id FROM held`,
    [
      bigintArray(verdicts.map(({ contact }) => contact)),
      textArray(verdicts.map(({ members }) => `{${members.join()}}`)),
      instantArray(verdicts.map(({ due }) => due ?? null)),
      before,
      toIso(now),
      versions,
    ],
  );
  return rows.map(({ id }) => id);
}
