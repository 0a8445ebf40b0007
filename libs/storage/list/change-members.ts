import { feedbackFact, messageKey } from '@entente/event';
import { listFeedback } from '@entente/feedback';
import { toIso, type ContactId, type Instant, type Uuid } from '@entente/kernel';
import { lineagesOf, survivorsOf } from '../contact/contacts';
import type { Tx } from '../database/database';
import { ownSource, tell, type Told } from '../outbox';

/** Somebody who is to be on a list from now on, or off it. */
export interface MemberChange {
  /** Any contact of the person. */
  readonly contact: ContactId;
  readonly joined: boolean;
}

/** What is said of a change when it is told: what an import brought about starts nothing unless its author asked for it. */
export type HowTold = Pick<Told, 'imported' | 'effects'>;

/** The last word on a contact and a list. */
interface Word {
  readonly contact: ContactId;
  readonly joined: boolean;
  readonly at: Instant;
  readonly message: Uuid;
}

/**
 * Puts people on a list and takes them off it, in the order given, and tells of each change. Gives the changes that changed
 * something. Changes of one list wait for each other. Throws nothing where the list is gone: then nothing is changed.
 */
export async function changeMembers(
  tx: Tx,
  list: string,
  changes: readonly MemberChange[],
  now: Instant,
  how: HowTold = {},
): Promise<MemberChange[]> {
  return changes.length > 0 && (await lockList(tx, list)) ? change(tx, list, changes, now, how) : [];
}

/** The same for a list that nobody else changes. */
export async function change(
  tx: Tx,
  list: string,
  changes: readonly MemberChange[],
  now: Instant,
  how: HowTold = {},
): Promise<MemberChange[]> {
  const survivors = await survivorsOf(tx, [...new Set(changes.map(({ contact }) => contact))]);
  const parts = await lineagesOf(tx, [...new Set(survivors.values())]);
  const words = await wordsOn(tx, list, [...parts.values()].flat());
  const source = await ownSource(tx);
  const rows = new Map<ContactId, Word>();
  const told: Told[] = [];
  const changed = changes.filter(({ contact, joined }) => {
    const person = parts.get(survivors.get(contact)!)!;
    const before = lastOf(person.flatMap((part) => words.get(part) ?? []));
    if ((before?.joined ?? false) === joined) return false;
    // Strictly after the word before, so that the order of events is that of the changes.
    const at = Math.max(now, (before?.at ?? -Infinity) + 1);
    const feedback = listFeedback({ contact, list, joined }, at);
    const message = messageKey(source, feedbackFact(feedback, source).messageId);
    // Of the contact that was named: should the person turn out to be two, each has their own history again.
    const word = { contact, joined, at, message };
    words.set(contact, word);
    rows.set(contact, word);
    told.push({ ...feedback, ...how });
    return true;
  });
  await write(tx, list, [...rows.values()]);
  await tell(tx, told);
  return changed;
}

async function lockList(tx: Tx, list: string): Promise<boolean> {
  return (await tx.query('SELECT FROM list WHERE key = $1 FOR NO KEY UPDATE', [list])).length > 0;
}

async function wordsOn(tx: Tx, list: string, contacts: readonly ContactId[]): Promise<Map<ContactId, Word>> {
  const rows = await tx.query<Omit<Word, 'at'> & { at: Date }>(
    `SELECT contact_id AS contact, joined, at, message FROM list_member
     WHERE contact_id = ANY($1::bigint[]) AND list_key = $2`,
    [contacts, list],
  );
  return new Map(rows.map((row) => [row.contact, { ...row, at: row.at.getTime() }]));
}

/** The last in event order. */
const lastOf = (words: readonly Word[]): Word | undefined =>
  words.reduce<Word | undefined>(
    (last, word) =>
      last && (last.at > word.at || (last.at === word.at && last.message > word.message)) ? last : word,
    undefined,
  );

async function write(tx: Tx, list: string, rows: readonly Word[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.run(
    `INSERT INTO list_member (contact_id, list_key, joined, at, message)
     SELECT contact, $1, joined, at, message
     FROM json_to_recordset($2::json) AS r (contact bigint, joined boolean, at timestamptz, message uuid)
     ON CONFLICT (contact_id, list_key) DO UPDATE
     SET joined = excluded.joined, at = excluded.at, message = excluded.message`,
    [list, JSON.stringify(rows.map((row) => ({ ...row, at: toIso(row.at) })))],
  );
}
