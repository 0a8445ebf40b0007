import type { ContactId, Duration } from '@entente/kernel';
import { ageOf } from '../database/age-of';
import { bigintArray } from '../database/binary-array';
import type { Tx } from '../database/database';

/** A segment version that is being built, and the last contact it was built for. */
export interface BuildingVersion {
  readonly id: number;
  readonly cursor: ContactId;
  /** How long ago it was written. */
  readonly age: Duration;
}

export async function buildingVersions(tx: Tx): Promise<BuildingVersion[]> {
  return tx.query<BuildingVersion & Record<string, unknown>>(
    `SELECT id, build_cursor AS cursor, ${ageOf('created_at')} AS age FROM segment_version WHERE status = 'building' ORDER BY id`,
  );
}

/** The next contacts by id that stand for themselves. */
export async function contactsAfter(tx: Tx, cursor: ContactId, limit: number): Promise<ContactId[]> {
  const rows = await tx.query<{ id: ContactId }>(
    `SELECT id FROM contact
     WHERE id > $1 AND NOT EXISTS (SELECT 1 FROM lineage WHERE lineage.contact_id = contact.id)
     ORDER BY id LIMIT $2`,
    [cursor, limit],
  );
  return rows.map((row) => row.id);
}

export async function moveBuildCursor(tx: Tx, versions: readonly number[], to: ContactId): Promise<void> {
  await tx.run(
    `UPDATE segment_version SET build_cursor = greatest(build_cursor, $2) WHERE id = ANY($1::int[])`,
    [versions, to],
  );
}

/** A builder has these in hand; it may not be the first one. */
export async function noteBuildBegun(tx: Tx, versions: readonly number[]): Promise<void> {
  await tx.run(
    `UPDATE segment_version SET build_started_at = now()
     WHERE id = ANY($1::int[]) AND status = 'building' AND build_started_at IS NULL`,
    [versions],
  );
}

/** What a builder has done since it was last noted. */
export interface BuildStep {
  /** For whom it built; of versions that were further, some were counted before. */
  readonly contacts: readonly ContactId[];
  /** Everybody up to this one is built. */
  readonly to: ContactId;
  readonly took: Duration;
}

/** Moves builds on; those that are further already have done it. */
export async function noteBuilt(
  tx: Tx,
  versions: readonly number[],
  { contacts, to, took }: BuildStep,
): Promise<void> {
  await tx.run(
    `UPDATE segment_version SET build_cursor = $2::bigint,
       built = built + (SELECT count(*)::int FROM unnest($3::bigint[]) AS c (id) WHERE c.id > build_cursor), build_ms = build_ms + $4::float8
     WHERE id = ANY($1::int[]) AND status = 'building' AND build_cursor < $2::bigint`,
    [versions, to, bigintArray(contacts), took],
  );
}
