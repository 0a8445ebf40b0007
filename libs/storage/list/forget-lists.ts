import { listFeedback } from '@entente/feedback';
import type { ContactId, Instant } from '@entente/kernel';
import type { Tx } from '../database/database';
import { tell } from '../outbox';
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
  else if (await isEmptied(tx, list.key, now))
    await tx.run('DELETE FROM forgotten_list WHERE key = $1', [list.key]);
  return true;
}

/**
 * Of a person who was several contacts one has left for all of them: the others do now, that nobody is on a later list of the name should they
 * part. It changes nothing for anybody, and starts nothing.
 */
async function isEmptied(tx: Tx, list: string, now: Instant): Promise<boolean> {
  const words = await tx.query<{ contact: ContactId; joined: boolean; at: Date }>(
    `DELETE FROM list_member
     WHERE ctid = ANY (ARRAY(SELECT ctid FROM list_member WHERE list_key = $1 LIMIT ${atOnce}))
     RETURNING contact_id AS contact, joined, at`,
    [list],
  );
  const left = words
    .filter(({ joined }) => joined)
    .map(({ contact, at }) =>
      listFeedback({ contact, list, joined: false }, Math.max(now, at.getTime() + 1)),
    );
  await tell(
    tx,
    left.map((feedback) => ({ ...feedback, imported: true })),
  );
  return words.length < atOnce;
}
