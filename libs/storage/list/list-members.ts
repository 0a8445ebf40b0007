import type { ContactId } from '@entente/kernel';
import type { Tx } from '../database/database';

/** Joins a row of `list_member m` that puts a person on its list, where it is the last word on them: one row for each person. */
export const onePerPerson = `
  LEFT JOIN lineage l ON l.contact_id = m.contact_id
  JOIN LATERAL (SELECT coalesce(l.survivor_id, m.contact_id) AS id) person ON m.joined AND NOT EXISTS (
    SELECT FROM (SELECT person.id AS contact_id
                 UNION ALL SELECT part.contact_id FROM lineage part WHERE part.survivor_id = person.id) part
    JOIN list_member other ON other.contact_id = part.contact_id AND other.list_key = m.list_key
    WHERE (other.at, other.message) > (m.at, m.message))`;

export interface ListMemberRow {
  /** The person. */
  readonly contact: ContactId;
  readonly email: string | null;
  readonly since: Date;
  /** The contact of theirs that was put on the list: where a page goes on. */
  readonly place: ContactId;
}

/** The people on a list. Takes a transaction, whose statements from then on go by indexes. */
export async function listMembersOf(
  tx: Tx,
  list: string,
  page: { readonly after?: string; readonly limit: number },
): Promise<ListMemberRow[]> {
  // Where statistics are behind, as after an import, all of the list would be joined and sorted for one page.
  await tx.query(
    ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin']
      .map((way) => `SET LOCAL enable_${way} = off`)
      .join('; '),
  );
  return tx.query<ListMemberRow>(
    `SELECT person.id AS contact, p.email, m.at AS since, m.contact_id AS place
     FROM list_member m ${onePerPerson}
     LEFT JOIN profile p ON p.contact_id = person.id
     WHERE m.list_key = $1 AND m.contact_id > $2 ORDER BY m.contact_id LIMIT $3`,
    [list, page.after ?? '0', page.limit],
  );
}
