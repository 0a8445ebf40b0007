import type { Tx } from '../database/database';
import type { MessageStatus } from '../message/message-views';

export interface StatusCount {
  readonly status: MessageStatus;
  readonly reason: string | null;
  readonly count: number;
}

/** The state of a campaign's sends at one instant. */
export interface SendCounts {
  readonly messages: readonly StatusCount[];
  /** Contacts that planned instants have taken in so far. */
  readonly audience: number;
  /** Planned instants that are not done. */
  readonly openRuns: number;
}

/** Read in one statement, so that the numbers belong together. */
export async function sendCounts(tx: Tx, campaign: string): Promise<SendCounts> {
  const [row] = await tx.query<SendCounts & Record<string, unknown>>(
    `SELECT
       (SELECT coalesce(json_agg(c), '[]') FROM (
          SELECT status, reason, count(*)::int AS count FROM message WHERE campaign_key = $1
          GROUP BY status, reason ORDER BY count(*) DESC, status, reason) c) AS messages,
       (SELECT coalesce(sum(audience), 0)::int FROM campaign_run WHERE campaign_key = $1) AS audience,
       (SELECT count(*)::int FROM campaign_run
        WHERE campaign_key = $1 AND status IN ('planned', 'running')) AS "openRuns"`,
    [campaign],
  );
  return row!;
}

export interface ReactionCount {
  readonly name: string;
  /** Who did it: `human`, `machine`, …; for bounces their kind. */
  readonly by: string;
  readonly url: string | null;
  readonly people: number;
  readonly total: number;
}

/** Opens, clicks (in all, and by link), bounces, complaints and opt-outs that came of a campaign's messages; `url` is null in what is in all. */
export const reactionCounts = (tx: Tx, campaign: string): Promise<ReactionCount[]> =>
  tx.query<ReactionCount & Record<string, unknown>>(
    `WITH mailed AS MATERIALIZED (
       SELECT contact_id, id::text AS id FROM message WHERE campaign_key = $1 AND released_at IS NOT NULL
     )
     SELECT name, by, url, count(DISTINCT contact_id)::int AS people, count(*)::int AS total
     FROM (
       SELECT e.contact_id, e.name, coalesce(e.properties->>'by', e.properties->>'kind', '') AS by,
         CASE WHEN e.name = 'Email Clicked' THEN e.properties->>'url' END AS url
       FROM mailed JOIN event e ON e.contact_id = mailed.contact_id AND e.properties->>'message' = mailed.id
       WHERE e.name IN ('Email Opened', 'Email Clicked', 'Email Bounced', 'Email Complained', 'Unsubscribed')
     ) told
     GROUP BY GROUPING SETS ((name, by, url), (name, by))
     HAVING grouping(url) = 1 OR url IS NOT NULL
     ORDER BY people DESC, name, url LIMIT 2000`,
    [campaign],
  );

/** Contacts that went through a campaign, by how their walk stands. */
export async function enrollmentCounts(tx: Tx, campaign: string): Promise<Record<string, number>> {
  const rows = await tx.query<{ status: string; count: number }>(
    'SELECT status, count(*)::int AS count FROM enrollment WHERE campaign_key = $1 GROUP BY status',
    [campaign],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}
