import type { ContactId } from '@entente/kernel';
import type { Tx } from '../database/database';

/** A contact that stands for itself and is not erased. */
const isPerson = `contact.erased_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM lineage WHERE lineage.contact_id = contact.id)`;

/** The lowest and the highest number that a contact has; undefined while there is none. */
export async function contactRange(tx: Tx): Promise<readonly [first: number, last: number] | undefined> {
  const [row] = await tx.query<{ first: ContactId | null; last: ContactId | null }>(
    'SELECT min(id) AS first, max(id) AS last FROM contact',
  );
  return row?.first && row.last ? [Number(row.first), Number(row.last)] : undefined;
}

/** Which of these numbers are persons. */
export async function personsAmong(tx: Tx, numbers: readonly number[]): Promise<ContactId[]> {
  const rows = await tx.query<{ id: ContactId }>(
    `SELECT id FROM contact WHERE id = ANY($1::bigint[]) AND ${isPerson}`,
    [numbers],
  );
  return rows.map(({ id }) => id);
}

/** The next persons by number. */
export async function personsAfter(tx: Tx, cursor: ContactId, limit: number): Promise<ContactId[]> {
  const rows = await tx.query<{ id: ContactId }>(
    `SELECT id FROM contact WHERE id > $1 AND ${isPerson} ORDER BY id LIMIT $2`,
    [cursor, limit],
  );
  return rows.map(({ id }) => id);
}
