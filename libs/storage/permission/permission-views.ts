import type { ContactId, JsonObject } from '@entente/kernel';
import type { Tx } from '../database/database';

/** A ledger entry with its evidence, where that has not been erased. */
export interface PermissionEntryRow {
  readonly contact: ContactId;
  readonly seq: number;
  readonly topic: string;
  readonly channel: string;
  readonly act: string;
  readonly actor: string;
  readonly basis: string;
  readonly source: string | null;
  readonly message: string | null;
  readonly claimedAt: Date | null;
  readonly recordedAt: Date;
  readonly evidence: JsonObject | null;
}

export const listEntries = (tx: Tx, lineage: readonly ContactId[]): Promise<PermissionEntryRow[]> =>
  tx.query<PermissionEntryRow>(
    `SELECT p.contact_id AS contact, p.seq, p.topic, p.channel, p.act, p.actor, p.basis,
       (SELECT key FROM source WHERE source.id = p.source_id) AS source, p.message,
       p.claimed_at AS "claimedAt", p.recorded_at AS "recordedAt", e.evidence
     FROM permission p LEFT JOIN permission_evidence e ON e.contact_id = p.contact_id AND e.seq = p.seq
     WHERE p.contact_id = ANY($1::bigint[]) ORDER BY p.recorded_at, p.contact_id, p.seq LIMIT 1000`,
    [lineage],
  );

export interface SuppressionRow {
  readonly topic: string;
  readonly reason: string;
  readonly at: Date;
}

/** What keeps mail from the address that a contact has today. */
export const listSuppressions = (tx: Tx, contact: ContactId): Promise<SuppressionRow[]> =>
  tx.query<SuppressionRow>(
    `SELECT s.topic, s.reason, s.at FROM suppression s JOIN profile p ON p.email_hash = s.address_hash
     WHERE p.contact_id = $1 AND s.lifted_at IS NULL ORDER BY s.at`,
    [contact],
  );

/** Topics that somebody could be mailed about, with those that a contact has an entry for. */
export async function topicKeys(tx: Tx): Promise<string[]> {
  return (await tx.query<{ key: string }>('SELECT key FROM topic ORDER BY key')).map(({ key }) => key);
}

/** Whether an address must not be mailed at all. */
export async function isSuppressed(tx: Tx, addressHash: Buffer): Promise<boolean> {
  const rows = await tx.query(
    `SELECT 1 FROM suppression WHERE address_hash = $1 AND topic = '*' AND lifted_at IS NULL LIMIT 1`,
    [addressHash],
  );
  return rows.length > 0;
}
