import type { Json, Uuid } from '@entente/kernel';
import type { Tx } from './database/database';

/** A record that failed alone and again, as people look at it. */
export interface SetAsideRow {
  readonly id: Uuid;
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: string;
  readonly key: string;
  readonly record: Json;
  readonly arrival: Date;
  readonly reason: string;
  /** ISO text with microseconds. */
  readonly at: string;
  readonly resolvedAt: Date | null;
  readonly resolution: 'replayed' | 'dropped' | null;
}

const columns = `id, consumer, topic, partition, position, key, record, arrival, reason,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
  resolved_at AS "resolvedAt", resolution`;

export async function findSetAside(tx: Tx, id: Uuid): Promise<SetAsideRow | undefined> {
  return (await tx.query<SetAsideRow>(`SELECT ${columns} FROM set_aside WHERE id = $1`, [id]))[0];
}

/** Records set aside, the latest first; open ones only, resolved ones only, or all. */
export const listSetAside = (
  tx: Tx,
  page: {
    readonly before?: readonly [at: string, id: Uuid];
    readonly resolved?: boolean;
    readonly limit: number;
  },
): Promise<SetAsideRow[]> =>
  tx.query<SetAsideRow>(
    `SELECT ${columns} FROM set_aside
     WHERE ($1::timestamptz IS NULL OR (set_aside.at, id) < ($1, $2::uuid))
       AND ($3::boolean IS NULL OR (resolved_at IS NOT NULL) = $3)
     ORDER BY set_aside.at DESC, id DESC LIMIT $4`,
    [page.before?.[0] ?? null, page.before?.[1] ?? null, page.resolved ?? null, page.limit],
  );

/** Says what became of an open record; false when that is settled already. */
export async function resolveSetAside(
  tx: Tx,
  id: Uuid,
  resolution: 'replayed' | 'dropped',
): Promise<boolean> {
  const resolved = await tx.run(
    'UPDATE set_aside SET resolved_at = now(), resolution = $2 WHERE id = $1 AND resolution IS NULL',
    [id, resolution],
  );
  return resolved > 0;
}
