import type { AuthoredRow, KeyPage } from './authored';
import type { Tx } from '../database/database';

export interface FromAddress {
  readonly name: string;
  readonly address: string;
  readonly domain: string;
  readonly replyTo: string | null;
  readonly postalAddress: string;
}
export interface FromAddressRow extends AuthoredRow, FromAddress {}

const columns = `key, name, address, domain, reply_to AS "replyTo", postal_address AS "postalAddress", revision,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

export async function findFromAddress(tx: Tx, key: string): Promise<FromAddressRow | undefined> {
  return (await tx.query<FromAddressRow>(`SELECT ${columns} FROM from_address WHERE key = $1`, [key]))[0];
}

export const listFromAddresses = (tx: Tx, page: KeyPage): Promise<FromAddressRow[]> =>
  tx.query<FromAddressRow>(`SELECT ${columns} FROM from_address WHERE key > $1 ORDER BY key LIMIT $2`, [
    page.after ?? '',
    page.limit,
  ]);

export async function saveFromAddress(tx: Tx, key: string, from: FromAddress): Promise<FromAddressRow> {
  const [row] = await tx.query<FromAddressRow>(
    `INSERT INTO from_address (key, name, address, domain, reply_to, postal_address)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, address = excluded.address, domain = excluded.domain,
       reply_to = excluded.reply_to, postal_address = excluded.postal_address,
       revision = from_address.revision + 1, updated_at = now()
     RETURNING ${columns}`,
    [key, from.name, from.address, from.domain, from.replyTo, from.postalAddress],
  );
  return row!;
}
