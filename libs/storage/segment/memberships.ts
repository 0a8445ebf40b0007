import type { ContactId, Instant, JsonObject } from '@entente/kernel';
import { bigintArray, booleanArray, instantArray, intArray, jsonbArray } from '../database/binary-array';
import type { Tx } from '../database/database';

/** An entry into or exit from a segment version, as the append-only log keeps it. */
export interface MembershipChange {
  readonly contact: ContactId;
  readonly version: number;
  readonly entered: boolean;
  readonly at: Instant;
  readonly cause: JsonObject;
}

/**
 * Logs the changes in their order, and brings the current memberships to where the last of each leaves them. What a contact's own row says of
 * them is written with that row.
 */
export async function writeMembershipChanges(tx: Tx, changes: readonly MembershipChange[]): Promise<void> {
  if (changes.length === 0) return;
  const last = lastOfEach(changes);
  await Promise.all([
    appendToLog(tx, changes),
    leave(
      tx,
      last.filter((change) => !change.entered),
    ),
    enter(
      tx,
      last.filter((change) => change.entered),
    ),
  ]);
}

function lastOfEach(changes: readonly MembershipChange[]): MembershipChange[] {
  const last = new Map<string, MembershipChange>();
  for (const change of changes) last.set(`${change.contact} ${change.version}`, change);
  return [...last.values()];
}

async function appendToLog(tx: Tx, changes: readonly MembershipChange[]): Promise<void> {
  await tx.prepared(
    `INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
     SELECT contact_id, version_id, entered, at, cause
     FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::boolean[], $5::jsonb[])
       WITH ORDINALITY AS m (contact_id, version_id, at, entered, cause, n)
     ORDER BY n`,
    [
      ...placesOf(changes),
      instantArray(changes.map(({ at }) => at)),
      booleanArray(changes.map(({ entered }) => entered)),
      jsonbArray(changes.map(({ cause }) => JSON.stringify(cause))),
    ],
  );
}

async function leave(tx: Tx, changes: readonly MembershipChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.prepared(
    // By their places, as timers are.
    `DELETE FROM membership USING unnest($1::bigint[], $2::int[]) AS m (contact_id, version_id)
     CROSS JOIN LATERAL (
       SELECT ctid FROM membership AS own WHERE own.contact_id = m.contact_id AND own.version_id = m.version_id OFFSET 0
     ) AS place
     WHERE membership.ctid = place.ctid`,
    placesOf(changes),
  );
}

async function enter(tx: Tx, changes: readonly MembershipChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.prepared(
    `INSERT INTO membership (contact_id, version_id, since)
     SELECT * FROM unnest($1::bigint[], $2::int[], $3::timestamptz[])
     ON CONFLICT (version_id, contact_id) DO UPDATE SET since = excluded.since`,
    [...placesOf(changes), instantArray(changes.map(({ at }) => at))],
  );
}

const placesOf = (changes: readonly MembershipChange[]): Buffer[] => [
  bigintArray(changes.map(({ contact }) => contact)),
  intArray(changes.map(({ version }) => version)),
];
