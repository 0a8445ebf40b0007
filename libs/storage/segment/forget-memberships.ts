import type { Tx } from '../database/database';
import { changesOf } from './changes-of';

const atOnce = 5_000;

/**
 * Deletes some memberships of a version that is no longer kept, and logs as an edit that those have left whom the version that came
 * instead did not have when it did; gives whether there may be more.
 */
export async function forgetRetiredMemberships(tx: Tx): Promise<boolean> {
  const [version] = await tx.query<{ id: number; after: number | null }>(
    `SELECT version.id, after.id AS after FROM segment_version AS version
       LEFT JOIN segment_version AS after
         ON after.segment_key = version.segment_key AND after.live_at = version.retired_at AND version.live_at IS NOT NULL
       WHERE version.status = 'retired' AND NOT version.cleared AND NOT EXISTS (
         SELECT 1 FROM segment_version AS live
         WHERE live.segment_key = version.segment_key AND live.status IN ('live', 'replaced') AND live.started_by <> '{}')
       ORDER BY version.id LIMIT 1 FOR UPDATE OF version SKIP LOCKED`,
  );
  if (!version) return false;
  const forgotten = await tx.query(
    `WITH old AS (
         SELECT contact_id FROM membership WHERE version_id = $1 LIMIT ${atOnce}
       ), forgotten AS (
         DELETE FROM membership USING old WHERE membership.version_id = $1 AND membership.contact_id = old.contact_id
         RETURNING membership.contact_id
       ), logged AS (
         INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
         SELECT contact_id, version.id, false, retired_at, '{"kind":"edit"}'
         FROM forgotten JOIN segment_version AS version ON version.id = $1
         WHERE $2::int IS NOT NULL AND (
           SELECT entered FROM ${changesOf('forgotten.contact_id', '$2::int')} AS change
           WHERE effective_at <= retired_at ORDER BY id DESC LIMIT 1) IS NOT TRUE)
       SELECT FROM forgotten`,
    [version.id, version.after],
  );
  if (forgotten.length < atOnce)
    await tx.run('UPDATE segment_version SET cleared = true WHERE id = $1', [version.id]);
  return true;
}

/** Deletes some memberships of versions of segments that were deleted; gives whether there may be more. */
export async function forgetDeletedMemberships(tx: Tx): Promise<boolean> {
  const [version] = await tx.query<{ id: number }>(
    'SELECT id FROM forgotten_version ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED',
  );
  if (!version) return false;
  const forgotten = await tx.run(
    `DELETE FROM membership WHERE ctid = ANY (ARRAY(SELECT ctid FROM membership WHERE version_id = $1 LIMIT ${atOnce}))`,
    [version.id],
  );
  if (forgotten < atOnce) await tx.run('DELETE FROM forgotten_version WHERE id = $1', [version.id]);
  return true;
}
