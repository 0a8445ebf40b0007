import type { JsonObject } from '@entente/kernel';
import type { SourcedTraits } from '@entente/profile';
import type { Tx } from '../database/database';

/** A company as the marketing API shows it. */
export interface CompanyRecord {
  readonly id: string;
  readonly view: JsonObject;
  readonly traits: SourcedTraits;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = 'id, view, traits, created_at AS "createdAt", updated_at AS "updatedAt"';

export async function findCompany(tx: Tx, id: string): Promise<CompanyRecord | undefined> {
  const sql = `SELECT ${columns} FROM company WHERE id = $1`;
  return (await tx.query<CompanyRecord & Record<string, unknown>>(sql, [id]))[0];
}

export const listCompanies = (
  tx: Tx,
  page: { readonly after?: string; readonly limit: number },
): Promise<CompanyRecord[]> =>
  tx.query<CompanyRecord & Record<string, unknown>>(
    `SELECT ${columns} FROM company WHERE id > $1 ORDER BY id LIMIT $2`,
    [page.after ?? '', page.limit],
  );

/** How many persons belong to a company: those of whom no contact joined another one later. */
export async function countOfCompany(tx: Tx, id: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `WITH joined AS (
       SELECT coalesce(survivor_id, contact_id) AS person, joined_at, message
       FROM company_contact LEFT JOIN lineage USING (contact_id) WHERE company_id = $1),
     latest AS (
       SELECT DISTINCT ON (person) * FROM joined ORDER BY person, joined_at DESC, message DESC)
     SELECT count(*)::int AS count FROM latest
     WHERE NOT EXISTS (
       SELECT FROM company_contact AS other
       WHERE other.contact_id IN (
           SELECT latest.person UNION ALL SELECT contact_id FROM lineage WHERE survivor_id = latest.person)
         AND other.company_id <> $1 AND (other.joined_at, other.message) > (latest.joined_at, latest.message))`,
    [id],
  );
  return row!.count;
}
