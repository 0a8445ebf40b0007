import type { Instant } from '@entente/kernel';
import type { Tx } from '../database/database';
import { change } from './change-members';
import { listMembersOf } from './list-members';

const atOnce = 5_000;

/** Takes some people off a list that was deleted, and at last what is left of it; gives whether there may be more. */
export async function forgetDeletedLists(tx: Tx, now: Instant): Promise<boolean> {
  const [list] = await tx.query<{ key: string }>(
    'SELECT key FROM forgotten_list ORDER BY deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED',
  );
  if (!list) return false;
  const members = await listMembersOf(tx, list.key, { limit: atOnce });
  const leaving = members.map(({ contact }) => ({ contact, joined: false }));
  if (leaving.length > 0) await change(tx, list.key, leaving, now);
  else if (await isEmptied(tx, list.key))
    await tx.run('DELETE FROM forgotten_list WHERE key = $1', [list.key]);
  return true;
}

async function isEmptied(tx: Tx, key: string): Promise<boolean> {
  const deleted = await tx.run(
    `DELETE FROM list_member WHERE ctid = ANY (ARRAY(SELECT ctid FROM list_member WHERE list_key = $1 LIMIT ${atOnce}))`,
    [key],
  );
  return deleted < atOnce;
}
