import { toIso, type ContactId, type Uuid } from '@entente/kernel';
import type { Joining, ToldJoining } from '@entente/profile';
import type { Tx } from '../database/database';

/** Keeps the latest group event of each contact, in event order. Who joined another company has not been told of it yet. */
export async function writeJoinings(tx: Tx, joinings: ReadonlyMap<ContactId, Joining>): Promise<void> {
  if (joinings.size === 0) return;
  const rows = [...joinings].map(([contact, { at, ...joining }]) => ({ contact, ...joining, at: toIso(at) }));
  const toldBefore = (column: string) =>
    `CASE known.company_id WHEN excluded.company_id THEN known.${column} END`;
  await tx.run(
    `INSERT INTO company_contact AS known (contact_id, company_id, joined_at, message)
     SELECT contact, company, at, message
     FROM json_to_recordset($1::json) AS j (contact bigint, company text, at timestamptz, message uuid) ORDER BY contact
     ON CONFLICT (contact_id) DO UPDATE
     SET company_id = excluded.company_id, joined_at = excluded.joined_at, message = excluded.message,
       told_at = ${toldBefore('told_at')}, told_message = ${toldBefore('told_message')}
     WHERE (excluded.joined_at, excluded.message) > (known.joined_at, known.message)`,
    [JSON.stringify(rows)],
  );
}

/** Remembers that contacts are told of the companies they have joined. */
export async function markTold(tx: Tx, contacts: readonly ContactId[]): Promise<void> {
  if (contacts.length === 0) return;
  await tx.run(
    'UPDATE company_contact SET told_at = joined_at, told_message = message WHERE contact_id = ANY($1::bigint[])',
    [contacts],
  );
}

/** A contact with its latest group event. */
export interface JoinedContact extends ToldJoining {
  readonly contact: ContactId;
}

interface Row {
  contact: ContactId;
  company: string;
  at: Date;
  message: Uuid;
  toldAt: Date | null;
  toldMessage: Uuid | null;
}

const columns = `contact_id AS contact, company_id AS company, joined_at AS at, message, told_at AS "toldAt",
  told_message AS "toldMessage"`;

const joinedOf = ({ contact, company, at, message, toldAt, toldMessage }: Row): JoinedContact => ({
  contact,
  company,
  at: at.getTime(),
  message,
  told: toldAt && toldMessage ? { at: toldAt.getTime(), message: toldMessage } : undefined,
});

/** Of those contacts that have joined a company, their latest group events. */
export async function joiningsOf(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, JoinedContact>> {
  const rows = await tx.query<Row>(
    `SELECT ${columns} FROM company_contact WHERE contact_id = ANY($1::bigint[])`,
    [contacts],
  );
  return new Map(rows.map((row) => [row.contact, joinedOf(row)]));
}

/** Contacts whose own latest group event joined this company, in the order of their ids. */
export async function joinedAfter(
  tx: Tx,
  company: string,
  after: ContactId,
  limit: number,
): Promise<JoinedContact[]> {
  const rows = await tx.query<Row>(
    `SELECT ${columns} FROM company_contact WHERE company_id = $1 AND contact_id > $2 ORDER BY contact_id LIMIT $3`,
    [company, after, limit],
  );
  return rows.map(joinedOf);
}
