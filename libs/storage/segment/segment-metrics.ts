import { toIso, type Instant } from '@entente/kernel';
import type { Tx } from '../database/database';

/** A version of a segment as its metrics see it. */
export interface VersionRun {
  readonly id: number;
  readonly version: number;
  /** Null while it was never live. */
  readonly liveAt: Date | null;
  readonly retiredAt: Date | null;
  /** Contacts its builder evaluated, and how long that took. */
  readonly built: number;
  readonly buildMs: number;
}

export const versionRuns = (tx: Tx, segment: string): Promise<VersionRun[]> =>
  tx.query(
    `SELECT id, version, live_at AS "liveAt", retired_at AS "retiredAt", built, build_ms AS "buildMs"
     FROM segment_version WHERE segment_key = $1 ORDER BY version`,
    [segment],
  );

/** What has become of a version on a UTC day; before the range on all days together. */
export interface DayOfVersion {
  readonly versionId: number;
  /** The start of the day; null for what came before the range. */
  readonly day: Date | null;
  /** Entries less exits, those by the build included: before the range the members that it had then. */
  readonly net: number;
  /** Entries and exits while the version was live; those that an edit has leave do so at the instant of its swap. */
  readonly entered: number;
  readonly left: number;
}

const net = '(count(*) FILTER (WHERE m.entered) - count(*) FILTER (WHERE NOT m.entered))::int';

/**
 * Counts the entries and exits by day, up to and not including an instant. What came before is told of a live version by its members of now less
 * what has come since: its log may be long.
 */
export const daysOfVersions = (
  tx: Tx,
  versions: readonly number[],
  { from, until }: { readonly from: Instant; readonly until: Instant },
): Promise<DayOfVersion[]> =>
  tx.query(
    `SELECT v.id AS "versionId", date_trunc('day', m.effective_at, 'UTC') AS day, ${net} AS net,
       (count(*) FILTER (WHERE m.entered AND m.effective_at > v.live_at
         AND m.effective_at <= coalesce(v.retired_at, 'infinity')))::int AS entered,
       (count(*) FILTER (WHERE NOT m.entered AND m.effective_at > v.live_at
         AND m.effective_at < coalesce(v.retired_at, 'infinity')))::int AS left
     FROM segment_version v JOIN membership_change m ON m.version_id = v.id
     WHERE v.id = ANY($1::int[]) AND m.effective_at >= $2 AND m.effective_at < $3
     GROUP BY 1, 2
     UNION ALL
     SELECT v.id, NULL, CASE v.status
         WHEN 'live' THEN (SELECT count(*)::int FROM membership WHERE version_id = v.id)
           - (SELECT ${net} FROM membership_change m WHERE m.version_id = v.id AND m.effective_at >= $2)
         ELSE (SELECT ${net} FROM membership_change m WHERE m.version_id = v.id AND m.effective_at < $2) END, 0, 0
     FROM segment_version v WHERE v.id = ANY($1::int[])`,
    [versions, toIso(from), toIso(until)],
  );
