import { toIso, type ContactId, type Instant, type JsonObject } from '@entente/kernel';
import type { Tx } from '../database/database';

/** An entry into or exit from a segment version, as the append-only log keeps it. */
export interface MembershipChange {
  readonly contact: ContactId;
  readonly version: number;
  readonly entered: boolean;
  readonly at: Instant;
  readonly cause: JsonObject;
}

/** The segment versions each contact is in. */
export async function loadMemberships(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, Set<number>>> {
  const memberships = new Map(contacts.map((contact) => [contact, new Set<number>()]));
  if (contacts.length === 0) return memberships;
  const rows = await tx.query<{ contact_id: ContactId; version_id: number }>(
    'SELECT contact_id, version_id FROM membership WHERE contact_id = ANY($1::bigint[])',
    [contacts],
  );
  for (const row of rows) memberships.get(row.contact_id)?.add(row.version_id);
  return memberships;
}

/** Logs the changes in their order, and brings the current memberships to where the last of each leaves them. */
export async function writeMembershipChanges(tx: Tx, changes: readonly MembershipChange[]): Promise<void> {
  if (changes.length === 0) return;
  await appendToLog(tx, changes);
  const last = new Map(changes.map((change) => [`${change.contact} ${change.version}`, change]));
  await leave(
    tx,
    [...last.values()].filter((change) => !change.entered),
  );
  await enter(
    tx,
    [...last.values()].filter((change) => change.entered),
  );
}

async function appendToLog(tx: Tx, changes: readonly MembershipChange[]): Promise<void> {
  await tx.run(
    `INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
     SELECT contact_id, version_id, entered, at, cause
     FROM ROWS FROM (json_to_recordset($1::json)
       AS (contact_id bigint, version_id integer, entered boolean, at timestamptz, cause jsonb))
       WITH ORDINALITY AS m (contact_id, version_id, entered, at, cause, n)
     ORDER BY n`,
    [
      JSON.stringify(
        changes.map((change) => ({ ...changeRow(change), entered: change.entered, cause: change.cause })),
      ),
    ],
  );
}

async function leave(tx: Tx, changes: readonly MembershipChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.run(
    `DELETE FROM membership
     USING json_to_recordset($1::json) AS m (contact_id bigint, version_id integer)
     WHERE membership.contact_id = m.contact_id AND membership.version_id = m.version_id`,
    [JSON.stringify(changes.map(changeRow))],
  );
}

async function enter(tx: Tx, changes: readonly MembershipChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.run(
    `INSERT INTO membership (contact_id, version_id, since)
     SELECT contact_id, version_id, at
     FROM json_to_recordset($1::json) AS m (contact_id bigint, version_id integer, at timestamptz)
     ON CONFLICT (contact_id, version_id) DO UPDATE SET since = excluded.since`,
    [JSON.stringify(changes.map(changeRow))],
  );
}

const changeRow = (change: MembershipChange) => ({
  contact_id: change.contact,
  version_id: change.version,
  at: toIso(change.at),
});
