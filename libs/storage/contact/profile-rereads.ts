import type { ContactId, Duration, Uuid } from '@entente/kernel';
import { ageOf } from '../database/age-of';
import type { Tx } from '../database/database';

/** Profiles to be read anew because the rank of a source changed, and the last contact that was. */
export interface ProfileReread {
  readonly id: Uuid;
  readonly source: number;
  readonly cursor: ContactId;
  /** How long ago it was asked for. */
  readonly age: Duration;
}

const kind = 'reread-profiles';

/** Has the profiles read anew that this source set traits in; a walk that is under way starts over. */
export async function askForReread(
  tx: Tx,
  source: { readonly id: number; readonly key: string },
): Promise<void> {
  const restarted = await tx.run(
    `UPDATE job SET cursor = 0, done = 0 WHERE kind = $1 AND plan = $2::jsonb AND status IN ('waiting', 'running')`,
    [kind, JSON.stringify({ source: source.id })],
  );
  if (restarted > 0) return;
  await tx.run(`INSERT INTO job (kind, target, status, plan) VALUES ($1, $2, 'waiting', $3)`, [
    kind,
    `sources/${source.key}`,
    JSON.stringify({ source: source.id }),
  ]);
}

export async function openReread(tx: Tx): Promise<ProfileReread | undefined> {
  const [row] = await tx.query<ProfileReread & Record<string, unknown>>(
    `SELECT id, (plan->>'source')::int AS source, cursor, ${ageOf('created_at')} AS age FROM job
     WHERE kind = $1 AND status IN ('waiting', 'running') ORDER BY created_at, id LIMIT 1`,
    [kind],
  );
  return row;
}

/** Some of the next profiles by contact: the last one looked at, and those that this source set a trait in. */
export async function profilesAfter(
  tx: Tx,
  { source, cursor }: ProfileReread,
  limit: number,
): Promise<{ readonly last: ContactId | undefined; readonly contacts: readonly ContactId[] }> {
  const rows = await tx.query<{ contact: ContactId; touched: boolean }>(
    `SELECT contact_id AS contact,
       EXISTS (SELECT FROM jsonb_each(traits) AS trait (name, values) WHERE trait.values ? $2)
         AND NOT EXISTS (SELECT FROM lineage WHERE lineage.contact_id = profile.contact_id) AS touched
     FROM profile WHERE contact_id > $1 ORDER BY contact_id LIMIT $3`,
    [cursor, String(source), limit],
  );
  const contacts = rows.filter(({ touched }) => touched).map(({ contact }) => contact);
  return { last: rows.at(-1)?.contact, contacts };
}

/** Moves the walk on from where it was read; false when it started over or was canceled meanwhile. */
export async function moveReread(tx: Tx, { id, cursor }: ProfileReread, to: ContactId): Promise<boolean> {
  const moved = await tx.run(
    `UPDATE job SET status = 'running', cursor = $3::bigint,
       done = least($3::bigint / greatest((SELECT last_value FROM contact_id_seq), 1)::float8, 0.99)
     WHERE id = $1 AND cursor = $2 AND status IN ('waiting', 'running')`,
    [id, cursor, to],
  );
  return moved > 0;
}

export async function endReread(tx: Tx, { id, cursor }: ProfileReread): Promise<void> {
  await tx.run(
    `UPDATE job SET status = 'done', done = 1, ended_at = now()
     WHERE id = $1 AND cursor = $2 AND status IN ('waiting', 'running')`,
    [id, cursor],
  );
}
