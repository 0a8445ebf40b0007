import { grants, type PermissionAct } from '@entente/consent';
import type { ContactId } from '@entente/kernel';
import type { Tx } from '../database/database';
import { effectiveSuppression } from './suppressions';

/** The keyed hashes of the addresses that contacts have: in their profile, and all that mail to them was ever granted for. */
export interface KnownAddresses {
  readonly profile: ReadonlyMap<ContactId, Buffer>;
  readonly all: ReadonlyMap<ContactId, readonly Buffer[]>;
}

export async function knownAddresses(tx: Tx, contacts: readonly ContactId[]): Promise<KnownAddresses> {
  const rows = await tx.query<{ contact_id: ContactId; hash: Buffer; own: boolean }>(
    `SELECT contact_id, email_hash AS hash, true AS own FROM profile
     WHERE contact_id = ANY($1::bigint[]) AND email_hash IS NOT NULL
     UNION ALL
     SELECT contact_id, address_hash, false FROM permission_state
     WHERE contact_id = ANY($1::bigint[]) AND address_hash IS NOT NULL`,
    [contacts],
  );
  const all = new Map<ContactId, Buffer[]>();
  for (const row of rows) all.set(row.contact_id, [...(all.get(row.contact_id) ?? []), row.hash]);
  return { profile: new Map(rows.filter(({ own }) => own).map((row) => [row.contact_id, row.hash])), all };
}

/** Names an address and topic within one call. */
export const topicKey = (hash: Buffer, topic: string): string => `${hash.toString('hex')}:${topic}`;

/**
 * Which of these grants are of an address that somebody opted out or complained about: another contact with the same address
 * does not bring it back. The recipient's own grants are not asked about. Names them by `topicKey`.
 */
export async function suppressedGrants(tx: Tx, requests: readonly PermissionAct[]): Promise<Set<string>> {
  const asked = requests.filter(
    ({ act, actor, addressHash }) => grants(act) && actor !== 'recipient' && addressHash,
  );
  if (asked.length === 0) return new Set();
  const rows = await tx.query<{ hash: Buffer; topic: string }>(
    `SELECT DISTINCT a.hash, a.topic FROM unnest($1::bytea[], $2::text[]) AS a (hash, topic)
     JOIN suppression s ON s.address_hash = a.hash
     WHERE s.reason IN ('opt-out', 'complaint') AND ${effectiveSuppression('a.topic')}`,
    [asked.map(({ addressHash }) => addressHash), asked.map(({ topic }) => topic)],
  );
  return new Set(rows.map(({ hash, topic }) => topicKey(hash, topic)));
}
