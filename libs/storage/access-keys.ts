import { createHash, randomBytes } from 'node:crypto';
import type { Uuid } from '@entente/kernel';
import type { Tx } from './database/database';

/** In order of what they may do, except `ingest`: a write key, which sends events of one source and nothing else. */
export const roles = ['ingest', 'read', 'author', 'publisher', 'privacy', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface AccessKey {
  readonly id: Uuid;
  readonly name: string;
  readonly role: Role;
  /** The source that a write key belongs to. */
  readonly sourceId: number | null;
  /** The key's last characters, to tell keys apart. */
  readonly hint: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

const columns = `id, name, role, source_id AS "sourceId", hint, created_at AS "createdAt", revoked_at AS "revokedAt"`;

export const keyHash = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Makes a key; its text is in `secret` and nowhere else afterwards. `sourceId` goes with the role `ingest` only. */
export async function addKey(
  tx: Tx,
  wanted: { readonly name: string; readonly role: Role; readonly sourceId?: number },
): Promise<{ key: AccessKey; secret: string }> {
  const secret = `${wanted.role}_${randomBytes(32).toString('base64url')}`;
  const [key] = await tx.query<AccessKey>(
    `INSERT INTO access_key (name, role, source_id, hash, hint) VALUES ($1, $2, $3, $4, $5) RETURNING ${columns}`,
    [wanted.name, wanted.role, wanted.sourceId ?? null, keyHash(secret), secret.slice(-4)],
  );
  return { key: key!, secret };
}

/** The key with this text, unless it is unknown or revoked. */
export async function findKey(tx: Tx, secret: string): Promise<AccessKey | undefined> {
  const [key] = await tx.query<AccessKey>(
    `SELECT ${columns} FROM access_key WHERE hash = $1 AND revoked_at IS NULL`,
    [keyHash(secret)],
  );
  return key;
}

/** Keys after `after` in the order of their ids; of one source, where it is named. */
export function listKeys(
  tx: Tx,
  page: { readonly after?: Uuid; readonly limit: number; readonly sourceId?: number },
): Promise<AccessKey[]> {
  return tx.query<AccessKey>(
    `SELECT ${columns} FROM access_key
     WHERE ($1::uuid IS NULL OR id > $1) AND ($2::smallint IS NULL OR source_id = $2) ORDER BY id LIMIT $3`,
    [page.after ?? null, page.sourceId ?? null, page.limit],
  );
}

/** Revokes a key for good; the row stays, for the audit log. Undefined when there is no such key. */
export async function revokeKey(tx: Tx, id: Uuid): Promise<AccessKey | undefined> {
  const [key] = await tx.query<AccessKey>(
    `UPDATE access_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING ${columns}`,
    [id],
  );
  return key;
}

/** Whether this is the only admin key that works; keeps other revocations out until the transaction ends. */
export async function isLastAdmin(tx: Tx, id: Uuid): Promise<boolean> {
  const admins = await tx.query<{ id: Uuid }>(
    `SELECT id FROM access_key WHERE role = 'admin' AND revoked_at IS NULL ORDER BY id FOR UPDATE`,
  );
  return admins.length === 1 && admins[0]!.id === id;
}
