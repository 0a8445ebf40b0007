import type { SourcedTraits } from '@entente/profile';
import type { ContactId, JsonObject } from '@entente/kernel';
import type { Tx } from '../database/database';

/** A person as the marketing API shows them; rows of merged contacts count as theirs. */
export interface ContactView {
  readonly id: ContactId;
  /** When the first of the contacts that they are was created. */
  readonly createdAt: Date;
  readonly email: string | null;
  readonly traits: SourcedTraits;
  /** The company of their latest group event. */
  readonly company: string | null;
  readonly identities: readonly string[];
  /** Contacts that became part of this one. */
  readonly merged: readonly ContactId[];
  /** Keys of the live segments this contact is in. */
  readonly segments: readonly string[];
}

const read = (which: string): string => `
  SELECT c.id, least(c.created_at, (SELECT min(part.created_at) FROM lineage l JOIN contact part ON part.id = l.contact_id
      WHERE l.survivor_id = c.id)) AS "createdAt", p.email, coalesce(p.traits, '{}') AS traits,
    ARRAY(SELECT i.key FROM identity i WHERE i.contact_id = ANY (ARRAY(
      SELECT c.id UNION ALL SELECT l.contact_id FROM lineage l WHERE l.survivor_id = c.id)) ORDER BY i.key LIMIT 200) AS identities,
    (SELECT g.company_id FROM company_contact g WHERE g.contact_id = ANY (ARRAY(
      SELECT c.id UNION ALL SELECT l.contact_id FROM lineage l WHERE l.survivor_id = c.id))
      ORDER BY g.joined_at DESC, g.message DESC, g.company_id DESC LIMIT 1) AS company,
    ARRAY(SELECT l.contact_id::text FROM lineage l WHERE l.survivor_id = c.id ORDER BY l.contact_id) AS merged,
    ARRAY(SELECT v.segment_key FROM segment_version v
          WHERE v.id = ANY (c.members) AND v.status = 'live' ORDER BY v.segment_key) AS segments
  FROM (${which}) c LEFT JOIN profile p ON p.contact_id = c.id ORDER BY c.id`;

export async function viewContact(tx: Tx, id: ContactId): Promise<ContactView | undefined> {
  const sql = read('SELECT id, created_at, members FROM contact WHERE id = $1 AND erased_at IS NULL');
  return (await tx.query<ContactView>(sql, [id]))[0];
}

export interface ContactFilter {
  readonly after?: ContactId;
  readonly limit: number;
  /** Members of this segment's live version only. */
  readonly segment?: string;
  /** Created at this ISO instant or later. */
  readonly createdSince?: string;
}

/**
 * Persons in the order of their ids; who was merged into another, or erased, is not one. OFFSET 0 has the parts of each of a page looked up: joined,
 * those of everybody would be read for each page.
 */
export const listContacts = (tx: Tx, filter: ContactFilter): Promise<ContactView[]> =>
  tx.query<ContactView>(
    read(`
      SELECT id, created_at, members FROM contact
      WHERE id > $1 AND erased_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM lineage l WHERE l.contact_id = contact.id)
        AND ($2::timestamptz IS NULL OR created_at >= $2 AND NOT EXISTS (
          SELECT 1 FROM lineage l JOIN contact part ON part.id = l.contact_id
          WHERE l.survivor_id = contact.id AND part.created_at < $2 OFFSET 0))
        AND ($3::text IS NULL OR EXISTS (
          SELECT 1 FROM membership m JOIN segment_version v ON v.id = m.version_id AND v.status = 'live'
          WHERE m.contact_id = contact.id AND v.segment_key = $3))
      ORDER BY id LIMIT $4`),
    [filter.after ?? '0', filter.createdSince ?? null, filter.segment ?? null, filter.limit],
  );

export interface TimelineRow {
  /** ISO text with microseconds. */
  readonly at: string;
  readonly kind: 'event' | 'membership' | 'enrollment' | 'message' | 'permission';
  readonly id: string;
  readonly what: JsonObject;
}

const iso = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const branches: Readonly<Record<TimelineRow['kind'], string>> = {
  event: `SELECT e.at, 'event' AS kind, e.contact_id || ':' || e.message AS id, jsonb_build_object('id', e.message, 'name', e.name,
      'type', e.type, 'properties', e.properties, 'arrival', ${iso('e.arrival')}, 'cause', e.cause, 'source',
      (SELECT key FROM source WHERE source.id = e.source_id)) AS what
    FROM event e WHERE e.contact_id = ANY($1::bigint[])`,
  membership: `SELECT m.effective_at AS at, 'membership' AS kind, m.contact_id || ':' || m.id AS id, jsonb_build_object(
      'segment', v.segment_key, 'version', v.version, 'entered', m.entered, 'recordedAt', ${iso('m.recorded_at')},
      'cause', m.cause) AS what
    FROM membership_change m JOIN segment_version v ON v.id = m.version_id WHERE m.contact_id = ANY($1::bigint[])`,
  enrollment: `SELECT n.entered_at AS at, 'enrollment' AS kind, n.contact_id || ':' || n.id AS id, jsonb_build_object(
      'campaign', n.campaign_key, 'status', n.status, 'cause', n.cause, 'endedAt', ${iso('n.ended_at')}) AS what
    FROM enrollment n WHERE n.contact_id = ANY($1::bigint[])`,
  message: `SELECT s.created_at AS at, 'message' AS kind, s.contact_id || ':' || s.id AS id, jsonb_build_object(
      'message', s.contact_id || '.' || s.id, 'campaign', s.campaign_key, 'step', s.step, 'template', s.template_key || '@' ||
      s.template_version, 'status', s.status, 'reason', s.reason, 'endedAt', ${iso('s.ended_at')}) AS what
    FROM message s WHERE s.contact_id = ANY($1::bigint[])`,
  permission: `SELECT p.recorded_at AS at, 'permission' AS kind, p.contact_id || ':' || lpad(p.seq::text, 9, '0') AS id,
      jsonb_build_object('entry', p.contact_id || ':' || p.seq, 'topic', p.topic, 'act', p.act, 'actor', p.actor,
      'basis', p.basis) AS what
    FROM permission p WHERE p.contact_id = ANY($1::bigint[])`,
};

export const timelineKinds = Object.keys(branches) as TimelineRow['kind'][];

/** What happened to the contacts of a lineage, the latest first, before the row with this instant and id. */
export function readTimeline(
  tx: Tx,
  lineage: readonly ContactId[],
  page: {
    readonly before?: readonly [at: string, id: string];
    readonly kinds: readonly TimelineRow['kind'][];
    readonly limit: number;
  },
): Promise<TimelineRow[]> {
  const some = page.kinds.map(
    (kind) => `SELECT * FROM (${branches[kind]}) ${kind}
      WHERE $2::timestamptz IS NULL OR (at, id) < ($2, $3::text COLLATE "C") ORDER BY at DESC, id COLLATE "C" DESC LIMIT $4`,
  );
  return tx.query<TimelineRow>(
    `SELECT ${iso('at')} AS at, kind, id, what FROM (${some.map((sql) => `(${sql})`).join(' UNION ALL ')}) t
     ORDER BY t.at DESC, id COLLATE "C" DESC LIMIT $4`,
    [lineage, page.before?.[0] ?? null, page.before?.[1] ?? null, page.limit],
  );
}
