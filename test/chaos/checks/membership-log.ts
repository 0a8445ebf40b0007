import { toIso, type Instant } from '@entente/kernel';
import { driftOfContacts, isKept } from '../../support/contact-drift';
import type { Query } from '../reading';
import { beyond } from './findings';

/** `segment person` of everybody whom the log has in the version of a segment that is live today at an instant. */
export async function membersAt(query: Query, at: Instant, names: readonly string[]): Promise<Set<string>> {
  const live = await query<{ id: number }>(
    `SELECT id FROM segment_version WHERE status = 'live' AND segment_key = ANY($1)`,
    [names],
  );
  return membersOfVersions(
    query,
    at,
    live.map(({ id }) => id),
  );
}

/** The same of the versions named. */
export async function membersOfVersions(
  query: Query,
  at: Instant,
  versions: readonly number[],
): Promise<Set<string>> {
  const rows = await query<{ place: string }>(
    `SELECT version.segment_key || ' ' || coalesce(identity.key, 'contact ' || change.contact_id) AS place
     FROM (SELECT DISTINCT ON (contact_id, version_id) contact_id, version_id, entered FROM membership_change
           WHERE effective_at <= $1 AND version_id = ANY($2) ORDER BY contact_id, version_id, id DESC) AS change
     JOIN segment_version AS version ON version.id = change.version_id
     LEFT JOIN identity ON identity.contact_id = change.contact_id
     WHERE change.entered`,
    [toIso(at), versions],
  );
  return new Set(rows.map(({ place }) => place));
}

/** Where current memberships are not what the log leads to, or these and the timers not what the rows of contacts say. */
export async function driftFromLog(query: Query): Promise<string[]> {
  const rows = await query<{ contact_id: string; version_id: number | null }>(
    `WITH logged AS (
       SELECT contact_id, version_id FROM (
         SELECT DISTINCT ON (contact_id, version_id) contact_id, version_id, entered FROM membership_change
         ORDER BY contact_id, version_id, id DESC) AS last WHERE entered AND ${isKept}),
     kept AS (SELECT contact_id, version_id FROM membership WHERE ${isKept})
     (TABLE logged EXCEPT TABLE kept)
     UNION ALL (TABLE kept EXCEPT TABLE logged)
     UNION ALL (${driftOfContacts})`,
  );
  return rows.map(
    ({ contact_id, version_id }) =>
      `contact ${contact_id} and ${version_id ? `version ${version_id}` : 'its timer'}`,
  );
}

export const differing = (
  logged: ReadonlySet<string>,
  expected: ReadonlySet<string>,
  at: Instant,
): string[] => [
  ...beyond(logged, expected, `${toIso(at)} member by the log only`),
  ...beyond(expected, logged, `${toIso(at)} member by SQL only`),
];
