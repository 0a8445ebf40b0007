import { feedbackFact, type FactCause } from '@entente/event';
import { toIso, type ContactId, type Instant } from '@entente/kernel';
import { toldOf, type CompanyView } from '@entente/profile';
import type { Tx } from '../database/database';
import { ownSource, tellFacts } from '../outbox';
import type { JoinedContact } from './joinings';

/** The walk by which a company's contacts are told of it. */
export interface CompanyTelling extends CompanyView {
  readonly cursor: ContactId;
  /** What is told has the age of the oldest change in it. */
  readonly at: Instant;
  readonly cause: FactCause;
}

/** A contact to be told of the company it joined. */
export interface ToldContact {
  readonly joined: JoinedContact;
  readonly company: CompanyView;
  readonly at: Instant;
  readonly cause: FactCause;
}

/** Tells contacts, each once of one version, what is known of their companies. */
export async function tellOfCompanies(tx: Tx, told: readonly ToldContact[]): Promise<void> {
  if (told.length === 0) return;
  const source = await ownSource(tx);
  await tellFacts(
    tx,
    told.map(({ joined, company, at, cause }) => ({
      ...feedbackFact(
        {
          contact: joined.contact,
          name: 'Company Changed',
          at,
          cause: [joined.company, toIso(joined.at), joined.message, company.version].join(' '),
          properties: toldOf(joined, company),
        },
        source,
      ),
      ...(cause !== 'event' && { cause }),
    })),
  );
}

export async function isAnybodyToBeTold(tx: Tx): Promise<boolean> {
  return (await tx.query('SELECT 1 FROM company_telling LIMIT 1')).length > 0;
}

/** The walks under way, with what has changed beginning its own where the last has ended; locked. */
export async function takeTellings(tx: Tx, limit: number): Promise<CompanyTelling[]> {
  await tx.run(
    `UPDATE company_telling AS asked SET begun = true
     WHERE NOT begun AND company_id IN (
       SELECT company_id FROM company_telling AS other WHERE NOT begun AND NOT EXISTS (
         SELECT FROM company_telling AS walk WHERE walk.company_id = other.company_id AND walk.begun)
       ORDER BY company_id LIMIT $1)`,
    [limit],
  );
  const rows = await tx.query<Omit<CompanyTelling, 'at'> & { at: Date }>(
    `SELECT company.id, company.view, company.version, walk.cursor, least(walk.at, since.at) AS at,
       CASE walk.cause WHEN 'event' THEN coalesce(since.cause, 'event') ELSE walk.cause END AS cause
     FROM company_telling AS walk
     JOIN company ON company.id = walk.company_id
     LEFT JOIN company_telling AS since ON since.company_id = walk.company_id AND NOT since.begun
     WHERE walk.begun ORDER BY company.id LIMIT $1 FOR UPDATE OF walk`,
    [limit],
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

export const moveTelling = (tx: Tx, company: string, to: ContactId): Promise<number> =>
  tx.run('UPDATE company_telling SET cursor = $2 WHERE company_id = $1 AND begun', [company, to]);

export const endTelling = (tx: Tx, company: string): Promise<number> =>
  tx.run('DELETE FROM company_telling WHERE company_id = $1 AND begun', [company]);
