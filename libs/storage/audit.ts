import type { Uuid } from '@entente/kernel';
import type { Tx } from './database/database';

/** One call of the marketing API: who, what, and how it was answered. Bodies and addresses are never in it. */
export interface AuditEntry {
  readonly keyId: Uuid;
  readonly method: string;
  /** The route's pattern, such as `/api/v1/segments/:key`. */
  readonly route: string;
  /** What the call was about, such as `segments/loyal`; contacts by their number. */
  readonly target: string;
  readonly status: number;
}

export async function recordCall(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.run(
    'INSERT INTO audit_entry (key_id, method, route, target, status) VALUES ($1, $2, $3, $4, $5)',
    [entry.keyId, entry.method, entry.route, entry.target, entry.status],
  );
}

export interface AuditRow extends AuditEntry {
  readonly id: string;
  readonly at: Date;
}

/** Calls before `before`, the latest first. */
export function listCalls(
  tx: Tx,
  page: { readonly before?: string; readonly keyId?: Uuid; readonly limit: number },
): Promise<AuditRow[]> {
  return tx.query<AuditRow>(
    `SELECT id, at, key_id AS "keyId", method, route, target, status FROM audit_entry
     WHERE ($1::bigint IS NULL OR id < $1) AND ($2::uuid IS NULL OR key_id = $2) ORDER BY id DESC LIMIT $3`,
    [page.before ?? null, page.keyId ?? null, page.limit],
  );
}
