import type { Tx } from './database';

/** The IANA name of the zone whose calendar applies to contacts that name none. */
export async function installationTimeZone(tx: Tx): Promise<string> {
  const [row] = await tx.query<{ zone: string }>('SELECT time_zone AS zone FROM installation');
  return row!.zone;
}
