import type { Tx } from '../database/database';
import type { CompanyRow } from './companies';

/** Companies to be read anew because the rank of a source changed, and the last one that was. */
export interface CompanyReread {
  readonly source: number;
  readonly cursor: string;
}

/** Has the companies read anew that this source set traits of; a walk that is under way starts over. */
export async function askForCompanyReread(tx: Tx, source: number): Promise<void> {
  await tx.run(
    `INSERT INTO company_reread (source_id) VALUES ($1) ON CONFLICT (source_id) DO UPDATE SET cursor = ''`,
    [source],
  );
}

export async function openCompanyReread(tx: Tx): Promise<CompanyReread | undefined> {
  const [row] = await tx.query<CompanyReread & Record<string, unknown>>(
    'SELECT source_id AS source, cursor FROM company_reread ORDER BY source_id LIMIT 1',
  );
  return row;
}

/** Locks some of the next companies that this source set traits of. */
export const takeCompaniesAfter = (
  tx: Tx,
  { source, cursor }: CompanyReread,
  limit: number,
): Promise<CompanyRow[]> =>
  tx.query<CompanyRow & Record<string, unknown>>(
    `SELECT id, traits, view, version FROM company
     WHERE id > $1 AND EXISTS (SELECT FROM jsonb_each(traits) AS trait (name, values) WHERE trait.values ? $2)
     ORDER BY id LIMIT $3 FOR NO KEY UPDATE`,
    [cursor, String(source), limit],
  );

/** Moves the walk on from where it was read, or ends it; nothing happens when it started over meanwhile. */
export async function moveCompanyReread(
  tx: Tx,
  { source, cursor }: CompanyReread,
  to: string | undefined,
): Promise<void> {
  if (to === undefined)
    await tx.run('DELETE FROM company_reread WHERE source_id = $1 AND cursor = $2', [source, cursor]);
  else
    await tx.run('UPDATE company_reread SET cursor = $3 WHERE source_id = $1 AND cursor = $2', [
      source,
      cursor,
      to,
    ]);
}
