import type { Duration, Uuid } from '@entente/kernel';
import type { Tx } from './database';

/**
 * Takes or renews a lease and says whether it is held now. A lease that ran out is anybody's; what it guards must still be
 * safe without it, since its holder may have been asleep.
 */
export async function takeLease(tx: Tx, name: string, owner: Uuid, length: Duration): Promise<boolean> {
  const touched = await tx.run(
    `INSERT INTO lease AS held (name, owner, leased_until)
     VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
     ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, leased_until = excluded.leased_until
     WHERE held.owner = excluded.owner OR held.leased_until < clock_timestamp()`,
    [name, owner, length],
  );
  return touched > 0;
}

/** Gives up the leases of this owner whose names start so, so that others need not wait for them to run out. */
export async function dropLeases(tx: Tx, owner: Uuid, prefix = ''): Promise<void> {
  await tx.run('DELETE FROM lease WHERE owner = $1 AND starts_with(name, $2)', [owner, prefix]);
}
