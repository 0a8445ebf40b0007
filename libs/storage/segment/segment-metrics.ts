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

/** What the log has of a version for a UTC day; before the range for all days together. */
export interface DayOfVersion {
  readonly versionId: number;
  /** The start of the day; null for what came before the range. */
  readonly day: Date | null;
  /** Entries less exits, those by the build included. */
  readonly net: number;
  /** Entries and exits while the version was live; those that an edit has leave do so at the instant of its swap. */
  readonly entered: number;
  readonly left: number;
}

/** Counts the entries and exits by day, up to and not including an instant. */
export const daysOfVersions = (
  tx: Tx,
  versions: readonly number[],
  { from, until }: { readonly from: Instant; readonly until: Instant },
): Promise<DayOfVersion[]> =>
  tx.query(
    `SELECT v.id AS "versionId",
       CASE WHEN m.effective_at >= $2 THEN date_trunc('day', m.effective_at, 'UTC') END AS day,
       (count(*) FILTER (WHERE m.entered) - count(*) FILTER (WHERE NOT m.entered))::int AS net,
       (count(*) FILTER (WHERE m.entered AND m.effective_at > v.live_at
         AND m.effective_at <= coalesce(v.retired_at, 'infinity')))::int AS entered,
       (count(*) FILTER (WHERE NOT m.entered AND m.effective_at > v.live_at
         AND m.effective_at < coalesce(v.retired_at, 'infinity')))::int AS left
     FROM segment_version v JOIN membership_change m ON m.version_id = v.id
     WHERE v.id = ANY($1::int[]) AND m.effective_at < $3
     GROUP BY 1, 2`,
    [versions, toIso(from), toIso(until)],
  );
