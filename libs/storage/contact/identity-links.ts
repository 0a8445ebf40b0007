import type { IdentityKey } from '@entente/event';
import { toIso, type ContactId, type Instant } from '@entente/kernel';
import { MOST_CLAIMS, MOST_KEYS, type IdentityLink } from '@entente/profile';
import { bigintArray, instantArray, textArray } from '../database/binary-array';
import type { Tx } from '../database/database';

/** A link with the source whose event claimed it. */
export interface ClaimedLink extends IdentityLink {
  readonly source: number;
}

interface LinkRow {
  a: IdentityKey;
  b: IdentityKey;
  kind: IdentityLink['kind'];
  at: Date;
  message: string;
}

const columns = 'a, b, kind, at, message';

/** The claims of a key, the earliest of them as far as they may count, in event order. */
const earliestClaims = (key: string) => `
  (SELECT ${columns} FROM identity_link WHERE a = ${key} AND kind = 'claim' ORDER BY at, message, b LIMIT ${MOST_CLAIMS})
  UNION ALL
  (SELECT ${columns} FROM identity_link WHERE b = ${key} AND kind = 'claim' ORDER BY at, message, a LIMIT ${MOST_CLAIMS})`;

const linkOf = (row: LinkRow): IdentityLink => ({ ...row, at: row.at.getTime() });

/** The links of each of these keys: every one that an alias made or unmade, and all claims that may count. */
export async function linksOfKeys(tx: Tx, keys: readonly IdentityKey[]): Promise<IdentityLink[]> {
  const rows = await tx.prepared<LinkRow>(
    `SELECT DISTINCT link.* FROM unnest($1::text[]) AS given (key) CROSS JOIN LATERAL (
       ${earliestClaims('given.key')}
       UNION ALL SELECT ${columns} FROM identity_link WHERE a = given.key AND kind <> 'claim'
       UNION ALL SELECT ${columns} FROM identity_link WHERE b = given.key AND kind <> 'claim'
     ) AS link`,
    [textArray(keys)],
  );
  return rows.map(linkOf);
}

/** Of those keys that have as many claims as can count, the last claim that does. */
export async function claimBounds(
  tx: Tx,
  keys: readonly IdentityKey[],
): Promise<Map<IdentityKey, IdentityLink>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.prepared<LinkRow & { key: IdentityKey }>(
    `SELECT given.key, link.* FROM unnest($1::text[]) AS given (key) CROSS JOIN LATERAL (
       SELECT * FROM (${earliestClaims('given.key')}) AS claim ORDER BY at, message, a, b OFFSET ${MOST_CLAIMS - 1} LIMIT 1
     ) AS link`,
    [textArray(keys)],
  );
  return new Map(rows.map(({ key, ...row }) => [key, linkOf(row)]));
}

/** Those of these users whose person was made, or unmade, by more than claims, or has so many keys that it may be full. */
export async function entangledUsers(
  tx: Tx,
  users: readonly IdentityKey[],
): Promise<ReadonlySet<IdentityKey>> {
  if (users.length === 0) return new Set();
  const rows = await tx.prepared<{ key: IdentityKey }>(
    `SELECT given.key FROM unnest($1::text[]) AS given (key)
     JOIN identity USING (key)
     LEFT JOIN lineage ON lineage.contact_id = identity.contact_id
     CROSS JOIN LATERAL (SELECT coalesce(lineage.survivor_id, identity.contact_id) AS id) AS person
     CROSS JOIN LATERAL (
       SELECT count(*) AS keys, bool_or(
         EXISTS (SELECT 1 FROM identity_link WHERE a = own.key AND kind <> 'claim')
         OR EXISTS (SELECT 1 FROM identity_link WHERE b = own.key AND kind <> 'claim')
       ) AS told
       FROM (SELECT person.id UNION ALL SELECT contact_id FROM lineage WHERE survivor_id = person.id) AS part (id)
       JOIN identity AS own ON own.contact_id = part.id
     ) AS whole
     WHERE whole.told OR whole.keys > ${MOST_KEYS / 2}`,
    [textArray(users)],
  );
  return new Set(rows.map(({ key }) => key));
}

/**
 * Of these keys, each with a user, those that no link names yet and whose user stands for a person with room for so many keys, and has room
 * for so many claims, more.
 */
export async function keysJoiningAlone(
  tx: Tx,
  users: ReadonlyMap<IdentityKey, IdentityKey>,
  room: number,
): Promise<ReadonlySet<IdentityKey>> {
  if (users.size === 0) return new Set();
  const rows = await tx.prepared<{ key: IdentityKey }>(
    // OFFSET 0, as below.
    `SELECT given.key FROM unnest($1::text[], $2::text[]) AS given (key, user_key)
     CROSS JOIN LATERAL (SELECT contact_id FROM identity WHERE identity.key = given.user_key OFFSET 0) AS identity
     WHERE NOT EXISTS (SELECT 1 FROM identity_link WHERE a = given.key OFFSET 0)
       AND NOT EXISTS (SELECT 1 FROM identity_link WHERE b = given.key AND kind = 'claim' OFFSET 0)
       AND NOT EXISTS (SELECT 1 FROM identity_link WHERE b = given.key AND kind <> 'claim' OFFSET 0)
       AND NOT EXISTS (SELECT 1 FROM lineage WHERE contact_id = identity.contact_id OFFSET 0)
       AND 1 + (SELECT count(*) FROM lineage WHERE survivor_id = identity.contact_id) + $3 <= ${MOST_KEYS}
       AND (SELECT count(*) FROM (${earliestClaims('given.user_key')}) AS claim) + $3 <= ${MOST_CLAIMS}`,
    [textArray([...users.keys()]), textArray([...users.values()]), room],
  );
  return new Set(rows.map(({ key }) => key));
}

/** What is known of the pairs that these links name. */
export async function linksBetween(tx: Tx, links: readonly IdentityLink[]): Promise<IdentityLink[]> {
  const rows = await tx.prepared<LinkRow>(
    // OFFSET 0 has the pairs looked up one by one: joined, all links may be read to find these few.
    `SELECT link.* FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS p (a, b)) AS pair CROSS JOIN LATERAL (
       SELECT ${columns} FROM identity_link WHERE a = pair.a AND b = pair.b OFFSET 0
     ) AS link`,
    [textArray(links.map((link) => link.a)), textArray(links.map((link) => link.b))],
  );
  return rows.map(linkOf);
}

/** Locks these keys in order, so that no other transaction links them meanwhile. */
export async function lockIdentities(tx: Tx, keys: readonly IdentityKey[]): Promise<void> {
  await tx.prepared('SELECT 1 FROM identity WHERE key = ANY($1::text[]) ORDER BY key FOR NO KEY UPDATE', [
    textArray(keys),
  ]);
}

/** Keeps of each pair the earliest claim, and the last word of each other kind, in event order. One link per pair and kind. */
export async function writeLinks(tx: Tx, links: readonly ClaimedLink[]): Promise<void> {
  if (links.length === 0) return;
  const rows = links.map((link) => ({ ...link, at: toIso(link.at), source_id: link.source }));
  await tx.prepared(
    `INSERT INTO identity_link AS known (a, b, kind, at, message, source_id)
     SELECT a, b, kind, at, message, source_id
     FROM json_to_recordset($1::json)
       AS l (a text, b text, kind text, at timestamptz, message uuid, source_id smallint)
     ORDER BY a, b, kind
     ON CONFLICT (a, b, kind) DO UPDATE
     SET at = excluded.at, message = excluded.message, source_id = excluded.source_id
     WHERE CASE WHEN known.kind = 'claim' THEN (excluded.at, excluded.message) < (known.at, known.message)
                ELSE (excluded.at, excluded.message) > (known.at, known.message) END`,
    [JSON.stringify(rows)],
  );
}

/** From an instant on a contact is part of another one, or of itself: it stands alone again. */
export interface LineageChange {
  readonly contact: ContactId;
  readonly survivor: ContactId;
  readonly since: Instant;
}

export async function writeLineage(tx: Tx, changes: readonly LineageChange[]): Promise<void> {
  const alone = changes.filter(({ contact, survivor }) => contact === survivor).map(({ contact }) => contact);
  const merged = changes.filter(({ contact, survivor }) => contact !== survivor);
  if (alone.length > 0)
    await tx.prepared('DELETE FROM lineage WHERE contact_id = ANY($1::bigint[])', [bigintArray(alone)]);
  if (merged.length === 0) return;
  await tx.prepared(
    `INSERT INTO lineage (contact_id, survivor_id, since)
     SELECT contact_id, survivor_id, since
     FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS l (contact_id, survivor_id, since)
     ON CONFLICT (contact_id) DO UPDATE SET survivor_id = excluded.survivor_id, since = excluded.since`,
    [
      bigintArray(merged.map(({ contact }) => contact)),
      bigintArray(merged.map(({ survivor }) => survivor)),
      instantArray(merged.map(({ since }) => since)),
    ],
  );
}
