import { toIso, type ContactId, type Instant } from '@entente/kernel';
import type { Tx } from '../database/database';
import { changesOf } from './changes-of';

/** A version whose author wants those it brought in to count as having entered, and the version it replaced. */
export interface VersionToStart {
  readonly id: number;
  readonly segment: string;
  readonly cursor: ContactId;
  readonly before: number | null;
  readonly liveAt: Instant;
}

/** Those into which all have been brought in: what happened before their swaps has been decided. Some have been replaced themselves. */
export async function versionsToStart(tx: Tx): Promise<VersionToStart[]> {
  const rows = await tx.query<Omit<VersionToStart, 'liveAt'> & { liveAt: Date }>(
    `SELECT live.id, live.segment_key AS segment, live.build_cursor AS cursor, before.id AS before,
       live.live_at AS "liveAt"
     FROM segment_version AS live
     LEFT JOIN segment_version AS before
       ON before.segment_key = live.segment_key AND before.retired_at = live.live_at AND before.live_at IS NOT NULL
     WHERE live.status IN ('live', 'replaced') AND live.started_by <> '{}' AND before.status IS DISTINCT FROM 'replaced' ORDER BY live.id`,
  );
  return rows.map((row) => ({ ...row, liveAt: row.liveAt.getTime() }));
}

/** Somebody whom a swap brought in. */
export interface BroughtIn {
  readonly contact: ContactId;
  /** When they entered by an event or by time while a first version was being built, which counted then; undefined for all others. */
  readonly counted: Instant | undefined;
}

/**
 * The next members by contact id who came into the new version while it was built, by the build or by themselves, and have not moved since the
 * swap, and who were not in the version before.
 */
export async function broughtInAfter(
  tx: Tx,
  { id, before, cursor }: VersionToStart,
  limit: number,
): Promise<BroughtIn[]> {
  const rows = await tx.query<{ contact: ContactId; kind: string; since: Date }>(
    // OFFSET 0 has each looked up by itself: the planner has yet to learn that there are more than a few.
    `SELECT membership.contact_id AS contact, last.kind, last.since
     FROM membership JOIN segment_version AS version ON version.id = membership.version_id
     CROSS JOIN LATERAL (
       SELECT cause->>'kind' AS kind, effective_at AS since FROM ${changesOf('membership.contact_id', '$1')} AS change
       ORDER BY id DESC LIMIT 1) AS last
     WHERE membership.version_id = $1 AND membership.contact_id > $3
       AND NOT EXISTS (SELECT FROM membership AS earlier WHERE earlier.version_id = $2 AND earlier.contact_id = membership.contact_id OFFSET 0)
       AND (last.kind = 'build' OR last.since <= version.live_at)
     ORDER BY 1 LIMIT $4`,
    [id, before, cursor, limit],
  );
  return rows.map(({ contact, kind, since }) => ({
    contact,
    counted: before === null && kind !== 'build' ? since.getTime() : undefined,
  }));
}

export async function endStartOfPresent(tx: Tx, version: number): Promise<void> {
  await tx.run(`UPDATE segment_version SET started_by = '{}' WHERE id = $1`, [version]);
}

/** The instant of the last swap. */
export async function lastSwap(tx: Tx): Promise<Instant> {
  const [row] = await tx.query<{ at: Date | null }>('SELECT max(live_at) AS at FROM segment_version');
  return row!.at?.getTime() ?? -Infinity;
}

/**
 * Makes built versions the live ones as of an instant later than the last swap, in one change that no batch sees half of. Those that were live before are kept until
 * `closeSwaps`. The transaction must hold `publish`.
 */
export async function swapBuilt(tx: Tx, versions: readonly number[], at: Instant): Promise<void> {
  await tx.run(
    `UPDATE segment_version AS old SET status = 'replaced', retired_at = $2::timestamptz
     FROM segment_version AS built
     WHERE built.id = ANY($1::int[]) AND built.status = 'building'
       AND old.segment_key = built.segment_key AND old.status = 'live'`,
    [versions, toIso(at)],
  );
  await tx.run(
    `UPDATE segment_version SET status = 'live', live_at = $2::timestamptz, build_cursor = 0,
       build_started_at = coalesce(build_started_at, now())
     WHERE id = ANY($1::int[]) AND status = 'building'`,
    [versions, toIso(at)],
  );
}

/** The instant of the first swap that may be over and is not; those wait whose versions are still to start campaigns. */
export async function firstOpenSwap(tx: Tx): Promise<Instant | undefined> {
  const [row] = await tx.query<{ at: Date | null }>(
    `SELECT min(retired_at) AS at FROM segment_version WHERE status = 'replaced' AND started_by = '{}'`,
  );
  return row!.at?.getTime();
}

/** Ends the swaps up to an instant, all before which has happened; gives whether there were any. The transaction must hold `publish`. */
export async function closeSwaps(tx: Tx, until: Instant): Promise<boolean> {
  const closed = await tx.query(
    `UPDATE segment_version SET status = 'retired'
     WHERE status = 'replaced' AND started_by = '{}' AND retired_at <= $1 RETURNING id`,
    [toIso(until)],
  );
  return closed.length > 0;
}
