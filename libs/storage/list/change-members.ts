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

/** The last word on a person and a list. */
interface Standing {
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
  const standings = await standingsOn(tx, list, [...new Set(survivors.values())]);
  const source = await ownSource(tx);
  const rows = new Map<ContactId, Standing & { contact: ContactId }>();
  const told: Told[] = [];
  const changed = changes.filter(({ contact, joined }) => {
    const person = survivors.get(contact)!;
    const before = standings.get(person);
    if ((before?.joined ?? false) === joined) return false;
    // Strictly after the word before, so that the order of events is that of the changes.
    const at = Math.max(now, (before?.at ?? -Infinity) + 1);
    const feedback = listFeedback({ contact: person, list, joined }, at);
    const message = messageKey(source, feedbackFact(feedback, source).messageId);
    standings.set(person, { joined, at, message });
    rows.set(person, { contact: person, joined, at, message });
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

/** By person, the last word on them, in event order, over all the contacts they are. */
async function standingsOn(
  tx: Tx,
  list: string,
  persons: readonly ContactId[],
): Promise<Map<ContactId, Standing>> {
  const lineages = await lineagesOf(tx, persons);
  const personOf = new Map([...lineages].flatMap(([person, parts]) => parts.map((part) => [part, person])));
  const rows = await tx.query<{ contact: ContactId; joined: boolean; at: Date; message: Uuid }>(
    `SELECT contact_id AS contact, joined, at, message FROM list_member
     WHERE contact_id = ANY($1::bigint[]) AND list_key = $2 ORDER BY at, message`,
    [[...personOf.keys()], list],
  );
  return new Map(
    rows.map(({ contact, joined, at, message }) => [
      personOf.get(contact)!,
      { joined, at: at.getTime(), message },
    ]),
  );
}

async function write(
  tx: Tx,
  list: string,
  rows: readonly (Standing & { readonly contact: ContactId })[],
): Promise<void> {
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
