import type { IdentityKey } from '@entente/event';
import { toIso, type ContactId, type Instant } from '@entente/kernel';
import type { IdentityLink } from '@entente/profile';
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

/**
 * Every link that can be reached from these keys, whether it joins them or not: what `resolveIdentities` must see.
 */
export async function linksAround(tx: Tx, keys: readonly IdentityKey[]): Promise<IdentityLink[]> {
  if (keys.length === 0) return [];
  const rows = await tx.query<LinkRow>(
    `WITH RECURSIVE reached (key) AS (
       SELECT unnest($1::text[])
       UNION
       SELECT CASE WHEN link.a = reached.key THEN link.b ELSE link.a END
       FROM reached JOIN identity_link AS link ON link.a = reached.key OR link.b = reached.key
     )
     SELECT DISTINCT link.a, link.b, link.kind, link.at, link.message
     FROM reached JOIN identity_link AS link ON link.a = reached.key OR link.b = reached.key`,
    [keys],
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** What is known of the pairs that these links name. */
export async function linksBetween(tx: Tx, links: readonly IdentityLink[]): Promise<IdentityLink[]> {
  const rows = await tx.query<LinkRow>(
    `SELECT link.a, link.b, link.kind, link.at, link.message
     FROM (SELECT DISTINCT a, b FROM unnest($1::text[], $2::text[]) AS p (a, b)) AS pair
     JOIN identity_link AS link ON link.a = pair.a AND link.b = pair.b`,
    [links.map((link) => link.a), links.map((link) => link.b)],
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** Locks these keys in order, so that no other transaction links them meanwhile. */
export async function lockIdentities(tx: Tx, keys: readonly IdentityKey[]): Promise<void> {
  await tx.run('SELECT 1 FROM identity WHERE key = ANY($1::text[]) ORDER BY key FOR NO KEY UPDATE', [keys]);
}

/** Keeps of each pair the earliest claim, and the last word of each other kind, in event order. */
export async function writeLinks(tx: Tx, links: readonly ClaimedLink[]): Promise<void> {
  if (links.length === 0) return;
  const rows = links.map((link) => ({ ...link, at: toIso(link.at), source_id: link.source }));
  await tx.run(
    `INSERT INTO identity_link AS known (a, b, kind, at, message, source_id)
     SELECT a, b, kind, at, message, source_id
     FROM json_to_recordset($1::json)
       AS l (a text, b text, kind text, at timestamptz, message uuid, source_id smallint)
     ON CONFLICT (a, b, kind) DO UPDATE
     SET at = excluded.at, message = excluded.message, source_id = excluded.source_id
     WHERE CASE WHEN known.kind = 'claim' THEN (excluded.at, excluded.message) < (known.at, known.message)
                ELSE (excluded.at, excluded.message) > (known.at, known.message) END`,
    [JSON.stringify(rows)],
  );
}

/** Sets whom contacts are part of from now on; a contact that maps to itself stands alone again. */
export async function writeLineage(
  tx: Tx,
  survivors: ReadonlyMap<ContactId, ContactId>,
  since: Instant,
): Promise<void> {
  if (survivors.size === 0) return;
  const pairs = [...survivors];
  const alone = pairs.filter(([contact, survivor]) => contact === survivor).map(([contact]) => contact);
  const merged = pairs.filter(([contact, survivor]) => contact !== survivor);
  if (alone.length > 0) await tx.run('DELETE FROM lineage WHERE contact_id = ANY($1::bigint[])', [alone]);
  if (merged.length === 0) return;
  await tx.run(
    `INSERT INTO lineage (contact_id, survivor_id, since)
     SELECT contact_id, survivor_id, $3 FROM unnest($1::bigint[], $2::bigint[]) AS l (contact_id, survivor_id)
     ON CONFLICT (contact_id) DO UPDATE SET survivor_id = excluded.survivor_id, since = excluded.since`,
    [merged.map(([contact]) => contact), merged.map(([, survivor]) => survivor), toIso(since)],
  );
}
