import { toIso, type ContactId, type Uuid } from '@entente/kernel';
import { laterJoining, type Joining } from '@entente/profile';
import type { Tx } from '../database/database';

/** Keeps the latest group event of each contact, in event order. */
export async function writeJoinings(tx: Tx, joinings: ReadonlyMap<ContactId, Joining>): Promise<void> {
  if (joinings.size === 0) return;
  const rows = [...joinings].map(([contact, { at, ...joining }]) => ({ contact, ...joining, at: toIso(at) }));
  await tx.run(
    `INSERT INTO company_contact AS known (contact_id, company_id, joined_at, message)
     SELECT contact, company, at, message
     FROM json_to_recordset($1::json) AS j (contact bigint, company text, at timestamptz, message uuid) ORDER BY contact
     ON CONFLICT (contact_id) DO UPDATE
     SET company_id = excluded.company_id, joined_at = excluded.joined_at, message = excluded.message
     WHERE (excluded.joined_at, excluded.message) > (known.joined_at, known.message)`,
    [JSON.stringify(rows)],
  );
}

/** A contact with the group event by which they belong to a company. */
export interface JoinedContact extends Joining {
  readonly contact: ContactId;
}

interface Row {
  contact: ContactId;
  company: string;
  at: Date;
  message: Uuid;
}

const columns = 'contact_id AS contact, company_id AS company, joined_at AS at, message';
const joinedOf = (row: Row): JoinedContact => ({ ...row, at: row.at.getTime() });

/** By person, the latest group event of all the contacts they are. */
export async function latestJoinings(
  tx: Tx,
  lineages: ReadonlyMap<ContactId, readonly ContactId[]>,
): Promise<Map<ContactId, JoinedContact>> {
  const rows = await tx.query<Row>(
    `SELECT ${columns} FROM company_contact WHERE contact_id = ANY($1::bigint[])`,
    [[...lineages.values()].flat()],
  );
  const byContact = new Map(rows.map((row) => [row.contact, joinedOf(row)]));
  const latest = new Map<ContactId, JoinedContact>();
  for (const [person, lineage] of lineages) {
    const joinings = lineage.map((contact) => byContact.get(contact)).filter((one) => one !== undefined);
    const last = joinings.reduce<JoinedContact | undefined>(
      (a, b) => laterJoining(a, b) as JoinedContact,
      undefined,
    );
    if (last) latest.set(person, last);
  }
  return latest;
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
