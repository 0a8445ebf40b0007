import { toIso, type ContactId, type Instant, type Json } from '@entente/kernel';
import type { AuthoredRow, KeyPage } from '../authored/authored';
import type { Tx } from '../database/database';
import { changesOf } from './changes-of';

/** A segment with its newest version and, where one is live, that one. */
export interface SegmentRow extends AuthoredRow {
  readonly name: string;
  /** Whether entries and exits are told as events. */
  readonly events: boolean;
  readonly version: number;
  readonly versionId: number;
  readonly rule: Json;
  readonly status: 'building' | 'live' | 'retired';
  readonly liveVersion: number | null;
  readonly liveId: number | null;
  readonly liveRule: Json | null;
  readonly liveAt: Date | null;
}

const read = (where: string): string => `
  SELECT s.key, s.name, s.events, s.revision, s.created_at AS "createdAt", s.updated_at AS "updatedAt",
    newest.version, newest.id AS "versionId", newest.rule, newest.status,
    live.version AS "liveVersion", live.id AS "liveId", live.rule AS "liveRule", live.live_at AS "liveAt"
  FROM segment s
  CROSS JOIN LATERAL (SELECT * FROM segment_version v WHERE v.segment_key = s.key
                      ORDER BY v.version DESC LIMIT 1) newest
  LEFT JOIN segment_version live ON live.segment_key = s.key AND live.status = 'live'
  ${where}`;

export async function findSegment(tx: Tx, key: string): Promise<SegmentRow | undefined> {
  return (await tx.query<SegmentRow>(read('WHERE s.key = $1'), [key]))[0];
}

export const listSegments = (tx: Tx, page: KeyPage): Promise<SegmentRow[]> =>
  tx.query<SegmentRow>(read('WHERE s.key > $1 ORDER BY s.key LIMIT $2'), [page.after ?? '', page.limit]);

export interface SegmentVersionRow {
  readonly id: number;
  readonly key: string;
  readonly version: number;
  readonly rule: Json;
  readonly status: 'building' | 'live' | 'replaced' | 'retired';
  readonly createdAt: Date;
  readonly liveAt: Date | null;
  readonly retiredAt: Date | null;
}

const versionColumns = `id, segment_key AS key, version, rule, status, created_at AS "createdAt",
  live_at AS "liveAt", retired_at AS "retiredAt"`;

/** A version that is live or being built. */
export interface CurrentVersionRow extends SegmentVersionRow {
  /** Whether it goes by a release or a time zone that was the installation's before. */
  readonly isOutdated: boolean;
}

export const currentSegmentVersions = (tx: Tx): Promise<CurrentVersionRow[]> =>
  tx.query<CurrentVersionRow>(
    `SELECT ${versionColumns}, ground < (SELECT ground FROM installation) AS "isOutdated"
     FROM segment_version WHERE status IN ('building', 'live') ORDER BY id`,
  );

/** All that a segment ever had, the newest first; `before`: from the version before that one on. */
export const versionsOf = (
  tx: Tx,
  segment: string,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<SegmentVersionRow[]> =>
  tx.query<SegmentVersionRow>(
    `SELECT ${versionColumns} FROM segment_version WHERE segment_key = $1 AND ($2::bigint IS NULL OR version < $2::bigint)
     ORDER BY version DESC LIMIT $3`,
    [segment, before ?? null, limit],
  );

export async function segmentKeys(tx: Tx): Promise<Set<string>> {
  const rows = await tx.query<{ key: string }>('SELECT key FROM segment');
  return new Set(rows.map(({ key }) => key));
}

export interface MemberRow {
  readonly contact: string;
  readonly email: string | null;
  readonly since: Date;
}

/** Members of a version in the order of their contact ids. */
export const listMembers = (
  tx: Tx,
  versionId: number,
  page: { readonly after?: string; readonly limit: number },
): Promise<MemberRow[]> =>
  tx.query<MemberRow>(
    `SELECT m.contact_id AS contact, p.email, m.since FROM membership m
     LEFT JOIN profile p ON p.contact_id = m.contact_id
     WHERE m.version_id = $1 AND m.contact_id > $2 ORDER BY m.contact_id LIMIT $3`,
    [versionId, page.after ?? '0', page.limit],
  );

/** Removes a segment with its versions; the log of changes stays, and of the memberships `forgetDeletedMemberships` deletes what is left. */
export async function deleteSegment(tx: Tx, key: string): Promise<void> {
  await tx.run('INSERT INTO forgotten_version SELECT id FROM segment_version WHERE segment_key = $1', [key]);
  await tx.run('DELETE FROM segment WHERE key = $1', [key]);
}

/** The keys of those that tell of entries and exits. */
export async function tellerKeys(tx: Tx): Promise<Set<string>> {
  const rows = await tx.query<{ key: string }>('SELECT key FROM segment WHERE events');
  return new Set(rows.map(({ key }) => key));
}

/** SQL: whether a rule or definition names $1 as such a thing by itself, or asks for what Entente tells of it. */
const namesIt = (json: string, what: 'segment' | 'list'): string =>
  `(${namesItself(json, what)} OR ${countsIt(json, what)})`;

const namesItself = (json: string, what: 'segment' | 'list'): string =>
  `jsonb_path_exists(${json}, 'strict $.**.${what} ? (@ == $key)', jsonb_build_object('key', $1::text), true)`;

const countsIt = (json: string, what: 'segment' | 'list'): string =>
  ['where', 'first', 'last']
    .map(
      (filter) =>
        `jsonb_path_exists(${json}, 'lax $.** ? (@.own == true).${filter}.**.${what} ? (@ == $key || @.eq == $key || @.in[*] == $key)',
           jsonb_build_object('key', $1::text), true)`,
    )
    .join(' OR ');

/** The segments, campaigns and broadcasts that count who entered or left a segment, as `segments/loyal`. */
export const countersOf = (tx: Tx, segment: string): Promise<string[]> =>
  usersBy(tx, (json) => `(${countsIt(json, 'segment')})`, 'segment', segment);

/** The segments, campaigns, broadcasts and open imports that name a segment or a list, as `segments/loyal`. */
export const usersOf = (tx: Tx, what: 'segment' | 'list', key: string): Promise<string[]> =>
  usersBy(tx, (json) => namesIt(json, what), what, key);

async function usersBy(
  tx: Tx,
  named: (json: string) => string,
  what: 'segment' | 'list',
  key: string,
): Promise<string[]> {
  const rows = await tx.query<{ user: string }>(
    `SELECT DISTINCT 'segments/' || segment_key AS user FROM segment_version
     WHERE status IN ('building', 'live', 'replaced') AND ($2 <> 'segment' OR segment_key <> $1)
       AND ${named('rule')}
     UNION
     SELECT 'imports/' || id FROM job
     WHERE kind = 'import' AND status IN ('waiting', 'running') AND $2 = 'list' AND plan->'plan'->>'list' = $1
     UNION
     SELECT kind || 's/' || key FROM campaign c
     WHERE status NOT IN ('canceled', 'ended') AND (
       ${named('draft')}
       OR EXISTS (
         SELECT 1 FROM campaign_version v WHERE v.campaign_key = c.key
           AND (v.status = 'live' OR EXISTS (
             SELECT 1 FROM enrollment e
             WHERE e.campaign_key = v.campaign_key AND e.version_id = v.id AND e.status = 'active'))
           AND ${named('v.definition')}))
     ORDER BY 1`,
    [key, what],
  );
  return rows.map(({ user }) => user);
}

/** Since when a contact is a member of a version; undefined when it is none. */
export async function membershipSince(
  tx: Tx,
  contact: ContactId,
  versionId: number,
): Promise<Date | undefined> {
  const [row] = await tx.query<{ since: Date }>(
    'SELECT since FROM membership WHERE contact_id = $1 AND version_id = $2',
    [contact, versionId],
  );
  return row?.since;
}

/** The same as of a past instant, as the log has it. */
export async function membershipAt(
  tx: Tx,
  contact: ContactId,
  versionId: number,
  asOf: Instant,
): Promise<Date | undefined> {
  const [last] = await tx.query<{ entered: boolean; at: Date }>(
    `SELECT entered, effective_at AS at FROM ${changesOf('$1', '$2')} AS change
     WHERE effective_at <= $3 ORDER BY id DESC LIMIT 1`,
    [contact, versionId, toIso(asOf)],
  );
  return last?.entered ? last.at : undefined;
}
