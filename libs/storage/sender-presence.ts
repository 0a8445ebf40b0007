import { toIso, type Duration, type Instant, type Uuid } from '@entente/kernel';
import type { Tx } from './database';
import { laneBuckets } from './send-ledger';

const alive = `leased_until > clock_timestamp()`;
const senderName = (sender: Uuid): string => `sender:${sender}`;

/** Whether this sender's word still counts; asked in the transaction that releases. */
export async function isPresent(tx: Tx, sender: Uuid): Promise<boolean> {
  const rows = await tx.query(`SELECT 1 FROM lease WHERE name = $1 AND ${alive}`, [senderName(sender)]);
  return rows.length > 0;
}

/**
 * Says that this sender is alive for `length` more, and takes its fair share of the lane buckets: gives up what is too much, takes what is
 * free. Gives the buckets it holds now.
 */
export async function renewPresence(tx: Tx, sender: Uuid, length: Duration): Promise<number[]> {
  await tx.run(
    `INSERT INTO lease (name, owner, leased_until) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
     ON CONFLICT (name) DO UPDATE SET leased_until = excluded.leased_until`,
    [senderName(sender), sender, length],
  );
  const [row] = await tx.query<{ senders: number }>(
    `SELECT count(*)::int AS senders FROM lease WHERE name LIKE 'sender:%' AND ${alive}`,
  );
  const share = Math.ceil(laneBuckets / Math.max(1, row!.senders));
  await dropSurplus(tx, sender, share);
  return takeLanes(tx, sender, share, length);
}

async function dropSurplus(tx: Tx, sender: Uuid, share: number): Promise<void> {
  await tx.run(
    `DELETE FROM lease WHERE name IN
       (SELECT name FROM lease WHERE owner = $1 AND name LIKE 'lane:%' ORDER BY name OFFSET $2 FOR UPDATE)`,
    [sender, share],
  );
}

/** Renews the lanes held, in the order of their names, and takes free ones up to the share. */
async function takeLanes(tx: Tx, sender: Uuid, share: number, length: Duration): Promise<number[]> {
  const rows = await tx.query<{ bucket: number }>(
    `INSERT INTO lease AS held (name, owner, leased_until)
     SELECT name, $1, clock_timestamp() + $3 * interval '1 millisecond' FROM (
       SELECT lane.name FROM (SELECT 'lane:' || lpad(n::text, 2, '0') AS name FROM generate_series(0, ${laneBuckets - 1}) n) lane
       LEFT JOIN lease ON lease.name = lane.name
       WHERE lease.owner IS NULL OR lease.owner = $1 OR NOT (lease.${alive})
       ORDER BY lease.owner IS DISTINCT FROM $1, lane.name LIMIT $2) wanted
     ORDER BY name
     ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, leased_until = excluded.leased_until
     WHERE held.owner = excluded.owner OR NOT (held.${alive})
     RETURNING substr(name, 6)::int AS bucket`,
    [sender, share, length],
  );
  return rows.map(({ bucket }) => bucket);
}

/** Releases of senders that are gone may have left or not: nobody knows, and nobody sends them again. Gives how many. */
export async function giveUpLostReleases(tx: Tx, now: Instant): Promise<number> {
  const lost = await tx.run(
    `UPDATE message SET status = 'unknown', reason = 'sender-lost', ended_at = $1
     WHERE status = 'sending' AND NOT EXISTS
       (SELECT FROM lease WHERE lease.name = 'sender:' || message.released_by::text AND lease.${alive})`,
    [toIso(now)],
  );
  await tx.run(
    `DELETE FROM lease WHERE name LIKE 'sender:%' AND leased_until < clock_timestamp() - interval '1 hour'`,
  );
  return lost;
}
