import type { SourceRank } from '@entente/profile';
import type { AuthoredRow, KeyPage } from './authored';
import { askForCompanyReread } from '../company/company-rereads';
import { askForReread } from '../contact/profile-rereads';
import type { Tx } from '../database/database';

export interface SourceRow extends AuthoredRow {
  readonly id: number;
  readonly name: string;
  readonly trusted: boolean;
  readonly precedence: number;
}

const columns =
  'id, key, name, trusted, precedence, revision, created_at AS "createdAt", updated_at AS "updatedAt"';

export async function findSource(tx: Tx, key: string): Promise<SourceRow | undefined> {
  return (await tx.query<SourceRow>(`SELECT ${columns} FROM source WHERE key = $1`, [key]))[0];
}

export const listSources = (tx: Tx, page: KeyPage): Promise<SourceRow[]> =>
  tx.query<SourceRow>(`SELECT ${columns} FROM source WHERE key > $1 ORDER BY key LIMIT $2`, [
    page.after ?? '',
    page.limit,
  ]);

/**
 * Writes a source; where its rank changes, the profiles and companies that it set traits in are read anew. The engine reads ranks by
 * generation: call inside of a publishing transaction.
 */
export async function saveSource(
  tx: Tx,
  key: string,
  source: { readonly name: string; readonly trusted: boolean; readonly precedence: number },
): Promise<SourceRow> {
  const before = await findSource(tx, key);
  const [row] = await tx.query<SourceRow>(
    `INSERT INTO source (key, name, trusted, precedence) VALUES ($1, $2, $3, $4)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, trusted = excluded.trusted,
       precedence = excluded.precedence, revision = source.revision + 1, updated_at = now()
     RETURNING ${columns}`,
    [key, source.name, source.trusted, source.precedence],
  );
  if (before && hasOtherRank(before, source)) {
    await askForReread(tx, before);
    await askForCompanyReread(tx, before.id);
  }
  return row!;
}

const hasOtherRank = (a: Pick<SourceRow, 'trusted' | 'precedence'>, b: typeof a): boolean =>
  a.trusted !== b.trusted || a.precedence !== b.precedence;

/** Whose trait values are read before whose. */
export const sourceRanks = (tx: Tx): Promise<(SourceRank & { readonly key: string })[]> =>
  tx.query('SELECT id, key, precedence, trusted FROM source');
