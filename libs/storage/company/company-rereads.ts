import type { Tx } from '../database/database';
import type { CompanyRow } from './companies';

/** Companies to be read anew because the rank of a source changed, and the last one that was. */
export interface CompanyReread {
  readonly source: number;
  readonly cursor: string;
}

/** Has the companies read anew because of this source; a walk that is under way starts over. */
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

/** Locks some of the next companies. */
export const takeCompaniesAfter = (tx: Tx, after: string, limit: number): Promise<CompanyRow[]> =>
  tx.query<CompanyRow & Record<string, unknown>>(
    'SELECT id, traits, view, version FROM company WHERE id > $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE',
    [after, limit],
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
