import { toIso, type ContactId, type Duration, type Instant } from '@entente/kernel';
import { timerBuckets } from '../contact/timers';
import { ageOf } from '../database/age-of';
import { bigintArray, instantArray, textArray } from '../database/binary-array';
import type { Database, Tx } from '../database/database';
import { publish, type Generation } from '../database/definitions';

/** A segment version that is being built, and the last contact it was built for. */
export interface BuildingVersion {
  readonly id: number;
  readonly cursor: ContactId;
  /** How long ago it was written. */
  readonly age: Duration;
}

export async function buildingVersions(tx: Tx): Promise<BuildingVersion[]> {
  return tx.query<BuildingVersion & Record<string, unknown>>(
    `SELECT id, build_cursor AS cursor, ${ageOf('created_at')} AS age FROM segment_version WHERE status = 'building' ORDER BY id`,
  );
}

/** The next contacts by id that stand for themselves. */
export async function contactsAfter(tx: Tx, cursor: ContactId, limit: number): Promise<ContactId[]> {
  const rows = await tx.query<{ id: ContactId }>(
    `SELECT id FROM contact
     WHERE id > $1 AND NOT EXISTS (SELECT 1 FROM lineage WHERE lineage.contact_id = contact.id)
     ORDER BY id LIMIT $2`,
    [cursor, limit],
  );
  return rows.map((row) => row.id);
}

export async function moveBuildCursor(tx: Tx, versions: readonly number[], to: ContactId): Promise<void> {
  await tx.run(
    `UPDATE segment_version SET build_cursor = greatest(build_cursor, $2) WHERE id = ANY($1::int[])`,
    [versions, to],
  );
}

/** What a builder has done since it was last noted. */
export interface BuildStep {
  /** For whom it built; of versions that were further, some were counted before. */
  readonly contacts: readonly ContactId[];
  /** Everybody up to this one is built. */
  readonly to: ContactId;
  readonly took: Duration;
}

/** Moves builds on; those that are further already have done it. */
export async function noteBuilt(
  tx: Tx,
  versions: readonly number[],
  { contacts, to, took }: BuildStep,
): Promise<void> {
  await tx.run(
    `UPDATE segment_version SET build_cursor = $2::bigint, build_started_at = coalesce(build_started_at, now()),
       built = built + (SELECT count(*)::int FROM unnest($3::bigint[]) AS c (id) WHERE c.id > build_cursor), build_ms = build_ms + $4::float8
     WHERE id = ANY($1::int[]) AND build_cursor < $2::bigint`,
    [versions, to, bigintArray(contacts), took],
  );
}

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
 * Left out are those whom a transaction of this generation or a later one may have decided for, for whom something is due by then or who were
 * looked at later, and whom somebody has to look at in any case. Gives those of whom it was written.
 */
export async function writeVerdicts(
  tx: Tx,
  verdicts: readonly Verdict[],
  { before, now }: { readonly before: Generation; readonly now: Instant },
): Promise<ContactId[]> {
  if (verdicts.length === 0) return [];
  const rows = await tx.prepared<{ id: ContactId }>(
    // OFFSET 0 has what is behind it looked up one by one, as there may be much of it some day. A timer that came while a row was waited for is not
    // seen here: whoever armed it has looked at the contact later than this instant, or by definitions of today.
    `WITH held AS (
       SELECT contact.id, contact.due AS due_before, least(contact.due, verdict.due) AS due, verdict.members::int[] AS entering
       FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS verdict (id, members, due) JOIN contact USING (id)
       WHERE contact.version > 0 AND contact.generation < $4::bigint AND contact.repair IS NULL AND contact.erased_at IS NULL
         AND contact.clock <= $5::timestamptz AND (contact.due > $5::timestamptz OR contact.due IS NULL)
         AND NOT EXISTS (SELECT FROM lineage WHERE lineage.contact_id = contact.id OFFSET 0)
         AND NOT EXISTS (SELECT FROM deferred_event WHERE deferred_event.contact_id = contact.id OFFSET 0)
       ORDER BY contact.id FOR NO KEY UPDATE OF contact
     ), entered AS (
       INSERT INTO membership (contact_id, version_id, since)
       SELECT held.id, new, $5::timestamptz FROM held CROSS JOIN unnest(held.entering) AS new
       ON CONFLICT DO NOTHING RETURNING contact_id, version_id, since
     ), logged AS (
       INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
       SELECT contact_id, version_id, true, since, '{"kind":"build"}' FROM entered
     ), moved AS (
       UPDATE contact SET clock = $5::timestamptz, due = held.due,
         members = contact.members || ARRAY(SELECT new FROM unnest(held.entering) AS new WHERE new <> ALL(contact.members))
       FROM held WHERE contact.id = held.id
     ), armed AS (
       INSERT INTO timer (bucket, due, contact_id)
       SELECT held.id % ${timerBuckets}, held.due, held.id FROM held WHERE held.due IS DISTINCT FROM held.due_before ON CONFLICT DO NOTHING
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
    ],
  );
  return rows.map(({ id }) => id);
}

/** A live version whose author wants those it brought in to count as having entered, and the version it replaced. */
export interface VersionToStart {
  readonly id: number;
  readonly segment: string;
  readonly cursor: ContactId;
  readonly before: number | null;
  readonly liveAt: Instant;
  /** How long ago that was. */
  readonly age: Duration;
}

export async function versionsToStart(tx: Tx): Promise<VersionToStart[]> {
  const rows = await tx.query<Omit<VersionToStart, 'liveAt'> & { liveAt: Date }>(
    `SELECT live.id, live.segment_key AS segment, live.build_cursor AS cursor, before.id AS before,
       live.live_at AS "liveAt", ${ageOf('live.live_at')} AS age
     FROM segment_version AS live
     LEFT JOIN segment_version AS before
       ON before.segment_key = live.segment_key AND before.retired_at = live.live_at AND before.live_at IS NOT NULL
     WHERE live.status = 'live' AND live.enter_on_swap ORDER BY live.id`,
  );
  return rows.map((row) => ({ ...row, liveAt: row.liveAt.getTime() }));
}

/** The next members by contact id whom the build brought in, and nothing since, and who were not in the version before. */
export async function builtInAfter(
  tx: Tx,
  { id, before, cursor }: VersionToStart,
  limit: number,
): Promise<ContactId[]> {
  const rows = await tx.query<{ id: ContactId }>(
    `SELECT contact_id AS id FROM membership
     WHERE version_id = $1 AND contact_id > $3
       AND NOT EXISTS (SELECT FROM membership AS earlier WHERE earlier.version_id = $2 AND earlier.contact_id = membership.contact_id)
       AND 'build' = (
       SELECT cause->>'kind' FROM membership_change AS change
       WHERE change.contact_id = membership.contact_id AND change.version_id = $1 ORDER BY change.id DESC LIMIT 1)
     ORDER BY contact_id LIMIT $4`,
    [id, before, cursor, limit],
  );
  return rows.map((row) => row.id);
}

export async function endStartOfPresent(tx: Tx, version: number): Promise<void> {
  await tx.run('UPDATE segment_version SET enter_on_swap = false WHERE id = $1', [version]);
}

/**
 * Makes built versions the live ones, in one change that no batch sees half of, at a whole millisecond that is not before anything that
 * was logged of them.
 */
export async function swapBuilt(database: Database, versions: readonly number[]): Promise<void> {
  await database.transaction(async (tx) => {
    await publish(tx);
    const [row] = await tx.query<{ at: string }>(
      `SELECT (date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond')::text AS at`,
    );
    await tx.run(
      `UPDATE segment_version AS old SET status = 'retired', retired_at = $2::timestamptz
       FROM segment_version AS built
       WHERE built.id = ANY($1::int[]) AND built.status = 'building'
         AND old.segment_key = built.segment_key AND old.status = 'live'`,
      [versions, row!.at],
    );
    await tx.run(
      `UPDATE segment_version SET status = 'live', live_at = $2::timestamptz, build_cursor = 0
       WHERE id = ANY($1::int[]) AND status = 'building'`,
      [versions, row!.at],
    );
  });
}

const forgetAtOnce = 5_000;

/**
 * Deletes some memberships of versions that are no longer kept, and logs as an edit that those have left whom the version that came
 * instead did not have when it did; gives whether there may be more.
 */
export async function forgetRetiredMemberships(tx: Tx): Promise<boolean> {
  const forgotten = await tx.query(
    `WITH old AS (
       SELECT membership.contact_id, membership.version_id, after.id AS after_id, version.retired_at
       FROM segment_version AS version JOIN membership ON membership.version_id = version.id
       LEFT JOIN segment_version AS after
         ON after.segment_key = version.segment_key AND after.live_at = version.retired_at AND version.live_at IS NOT NULL
       WHERE version.status = 'retired' AND NOT EXISTS (
         SELECT 1 FROM segment_version AS live
         WHERE live.segment_key = version.segment_key AND live.status = 'live' AND live.enter_on_swap)
       LIMIT ${forgetAtOnce}
     ), forgotten AS (
       DELETE FROM membership USING old
       WHERE membership.contact_id = old.contact_id AND membership.version_id = old.version_id
       RETURNING old.*
     ), logged AS (
       INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
       SELECT contact_id, version_id, false, retired_at, '{"kind":"edit"}' FROM forgotten
       WHERE after_id IS NOT NULL AND (
         SELECT entered FROM membership_change AS change
         WHERE change.contact_id = forgotten.contact_id AND change.version_id = after_id AND change.recorded_at <= retired_at
         ORDER BY change.id DESC LIMIT 1) IS NOT TRUE)
     SELECT FROM forgotten`,
  );
  return forgotten.length === forgetAtOnce;
}
