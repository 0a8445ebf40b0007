import { toIso, type Duration, type Instant, type Uuid } from '@entente/kernel';
import type { Database, Tx } from '../database/database';
import { laneBuckets } from '../campaign/send-ledger';
import { memberOf, ShareLeases } from '../database/share-leases';

const work = 'lanes';
const alive = `leased_until > clock_timestamp()`;

/** A sender's part of the lane buckets; holding it, the sender is present. */
export const senderLanes = (database: Database, sender: Uuid, length: Duration): ShareLeases =>
  new ShareLeases(database, work, laneBuckets, sender, length);

/** Whether this sender's word still counts; asked in the transaction that releases. */
export async function isPresent(tx: Tx, sender: Uuid): Promise<boolean> {
  const rows = await tx.query(`SELECT 1 FROM lease WHERE name = $1 AND ${alive}`, [memberOf(work, sender)]);
  return rows.length > 0;
}

/** Releases of senders that are gone may have left or not: nobody knows, and nobody sends them again. Gives how many. */
export function giveUpLostReleases(tx: Tx, now: Instant): Promise<number> {
  return tx.run(
    `UPDATE message SET status = 'unknown', reason = 'sender-lost', ended_at = $1
     WHERE status = 'sending' AND NOT EXISTS
       (SELECT FROM lease WHERE lease.name = $2 || message.released_by::text AND lease.${alive})`,
    [toIso(now), memberOf(work, '')],
  );
}
