import type { ContactId, JsonObject } from '@entente/kernel';
import type { Tx } from '../database/database';

/** An entry or exit, as the log has it. */
export interface MembershipChangeRow {
  readonly id: string;
  readonly contact: ContactId;
  readonly segment: string;
  readonly version: number;
  readonly entered: boolean;
  /** When it became so, as ISO text with microseconds. */
  readonly at: string;
  /** When it was written down. */
  readonly recordedAt: Date;
  readonly cause: JsonObject;
}

/** Where a page ends: the instant and the id of its last row. */
export interface HistoryPage {
  readonly before?: readonly [at: string, id: string];
  readonly limit: number;
}

const columns = `m.id, m.contact_id AS contact, v.segment_key AS segment, v.version, m.entered,
  to_char(m.effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, m.recorded_at AS "recordedAt", m.cause`;

/** Whether a row comes after the end of the page before, where the latest come first. */
const isFurther = `($1::timestamptz IS NULL OR (m.effective_at, m.id) < ($1, $2::bigint))`;

/** The entries and exits of a person, the latest first; of one segment only where it is named. */
export const historyOfPerson = (
  tx: Tx,
  lineage: readonly ContactId[],
  { before, limit, segment }: HistoryPage & { readonly segment?: string },
): Promise<MembershipChangeRow[]> =>
  tx.query(
    `SELECT ${columns} FROM membership_change m JOIN segment_version v ON v.id = m.version_id
     WHERE m.contact_id = ANY($4::bigint[]) AND ${isFurther} AND ($5::text IS NULL OR v.segment_key = $5)
     ORDER BY m.effective_at DESC, m.id DESC LIMIT $3`,
    [before?.[0] ?? null, before?.[1] ?? null, limit, lineage, segment ?? null],
  );

export interface SegmentHistoryFilter {
  readonly entered?: boolean;
  /** ISO instants: from the first on, and before the second. */
  readonly since?: string;
  readonly until?: string;
}

/** The entries into and exits from all versions of a segment, the latest first. */
export const historyOfSegment = (
  tx: Tx,
  segment: string,
  { before, limit, entered, since, until }: HistoryPage & SegmentHistoryFilter,
): Promise<MembershipChangeRow[]> =>
  tx.query(
    `SELECT change.* FROM segment_version v, LATERAL (
       SELECT ${columns}, m.effective_at FROM membership_change m
       WHERE m.version_id = v.id AND ${isFurther} AND ($5::boolean IS NULL OR m.entered = $5)
         AND ($6::timestamptz IS NULL OR m.effective_at >= $6) AND ($7::timestamptz IS NULL OR m.effective_at < $7)
       ORDER BY m.effective_at DESC, m.id DESC LIMIT $3) AS change
     WHERE v.segment_key = $4 ORDER BY change.effective_at DESC, change.id DESC LIMIT $3`,
    [before?.[0] ?? null, before?.[1] ?? null, limit, segment, entered ?? null, since ?? null, until ?? null],
  );
