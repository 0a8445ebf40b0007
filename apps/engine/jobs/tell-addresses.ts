import { isAddressChanged, takeLease, tellOfChanges } from '@entente/storage';
import { leaseLength, type Engine } from '../engine';

const atOnce = 200;

/**
 * Tells whoever has another address whether mail to it is held back, where that was told otherwise. Aside, for whoever suppresses an address holds
 * its lock: nobody else is to wait for that. Gives whether there may be more.
 */
export async function tellAddresses(engine: Engine): Promise<boolean> {
  const { database } = engine;
  if (!(await isAddressChanged(database))) return false;
  if (!(await takeLease(database, 'tell-addresses', engine.id, leaseLength))) return false;
  await database.transaction((tx) => tellOfChanges(tx, atOnce));
  return true;
}
