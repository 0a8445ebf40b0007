import type { Tx } from './database/database';

/** Removes leases that ran out more than a day ago: whoever held them was killed, and nobody asks for their names again. */
export const dropOldLeases = (tx: Tx): Promise<number> =>
  tx.run(`DELETE FROM lease WHERE leased_until < clock_timestamp() - interval '1 day'`);

/** Removes jobs that ended more than 30 days ago, with their problems and files. */
export const dropOldJobs = (tx: Tx): Promise<number> =>
  tx.run(
    `DELETE FROM job WHERE status IN ('done', 'failed', 'canceled') AND ended_at < now() - interval '30 days'`,
  );

/** Removes some of the audit entries older than 400 days; gives whether there may be more. */
export async function dropOldAuditEntries(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ dropped: number }>('SELECT forget_old_audit_entries() AS dropped');
  return row!.dropped > 0;
}
