import { keyedHash } from '@entente/kernel';
import { onceFor } from '../database/once-for';
import type { Tx } from '../database/database';

/** The installation's key, under which addresses are remembered where they themselves may not be. It never changes. */
export const addressKey = onceFor(async (tx) => {
  const [row] = await tx.query<{ address_key: Buffer }>('SELECT address_key FROM installation');
  return row!.address_key;
});

/**
 * The keyed hash (32 bytes) of a canonical addr-spec. Case plays no part in it: mail servers treat `Ana@` and `ana@` alike,
 * and an opt-out of one must hold for the other.
 */
export const addressHash = (key: Buffer, address: string): Buffer => keyedHash(key, address.toLowerCase());

/** The keyed hash of an address of this installation. */
export const hashAddress = async (tx: Tx, address: string): Promise<Buffer> =>
  addressHash(await addressKey(tx), address);

/**
 * Takes the locks that every release to and every opt-out of these addresses take, until the transaction ends. What is read after it
 * includes every opt-out that was committed before.
 */
export async function lockAddresses(tx: Tx, hashes: readonly Buffer[]): Promise<void> {
  if (hashes.length === 0) return;
  await tx.run(
    `INSERT INTO address (hash) SELECT DISTINCT hash FROM unnest($1::bytea[]) AS given (hash) ORDER BY hash
     ON CONFLICT DO NOTHING`,
    [hashes],
  );
  await tx.query('SELECT 1 FROM address WHERE hash = ANY($1::bytea[]) ORDER BY hash FOR UPDATE', [hashes]);
}

export const lockAddress = (tx: Tx, hash: Buffer): Promise<void> => lockAddresses(tx, [hash]);
