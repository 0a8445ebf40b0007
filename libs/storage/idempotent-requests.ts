import type { Json, Uuid } from '@entente/kernel';
import type { Tx } from './database/database';

/** A request that its client marked as one and the same however often it is sent. */
export interface RequestMark {
  readonly keyId: Uuid;
  readonly key: string;
  readonly bodyHash: Buffer;
}

export interface RememberedAnswer {
  readonly status: number;
  readonly response: Json;
}

export type Claim =
  | { readonly is: 'first' }
  | { readonly is: 'answered'; readonly answer: RememberedAnswer }
  | { readonly is: 'running' }
  | { readonly is: 'other-body' };

/**
 * Claims a request: the first one may run. Marks are kept for 24 hours; one that has had no answer for two minutes
 * was cut off by a crash and may be claimed again.
 */
export async function claimRequest(tx: Tx, { keyId, key, bodyHash }: RequestMark): Promise<Claim> {
  const claimed = await tx.run(
    `INSERT INTO idempotent_request AS r (key_id, key, body_hash) VALUES ($1, $2, $3)
     ON CONFLICT (key_id, key) DO UPDATE
       SET body_hash = excluded.body_hash, status = NULL, response = NULL, created_at = now()
       WHERE r.created_at < now() - interval '24 hours'
          OR (r.status IS NULL AND r.created_at < now() - interval '2 minutes')`,
    [keyId, key, bodyHash],
  );
  return claimed ? { is: 'first' } : earlierClaim(tx, { keyId, key, bodyHash });
}

async function earlierClaim(tx: Tx, { keyId, key, bodyHash }: RequestMark): Promise<Claim> {
  const [row] = await tx.query<{ body_hash: Buffer; status: number | null; response: Json }>(
    'SELECT body_hash, status, response FROM idempotent_request WHERE key_id = $1 AND key = $2',
    [keyId, key],
  );
  if (!row) return { is: 'running' };
  if (!row.body_hash.equals(bodyHash)) return { is: 'other-body' };
  if (row.status === null) return { is: 'running' };
  return { is: 'answered', answer: { status: row.status, response: row.response } };
}

export async function rememberAnswer(tx: Tx, mark: RequestMark, answer: RememberedAnswer): Promise<void> {
  await tx.run(
    'UPDATE idempotent_request SET status = $3, response = $4::jsonb WHERE key_id = $1 AND key = $2',
    [mark.keyId, mark.key, answer.status, JSON.stringify(answer.response)],
  );
}

/** Forgets a request that failed, so that it may be sent again, corrected. */
export async function forgetRequest(tx: Tx, mark: RequestMark): Promise<void> {
  await tx.run('DELETE FROM idempotent_request WHERE key_id = $1 AND key = $2', [mark.keyId, mark.key]);
}

/** Removes marks older than 24 hours. */
export const dropOldRequests = (tx: Tx): Promise<number> =>
  tx.run(`DELETE FROM idempotent_request WHERE created_at < now() - interval '24 hours'`);
