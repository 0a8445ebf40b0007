import {
  closeSwaps,
  earliestDue,
  everyBucket,
  lastSwap,
  openSwap,
  publish,
  swapBuilt,
} from '@entente/storage';
import type { Engine } from '../engine';

/**
 * Makes built versions the live ones, as of an instant that is not before anything that has happened by now: what happened until then is decided by
 * the versions before, whenever that is, and what comes after by the new ones.
 */
export async function swap({ database, through }: Engine, versions: readonly number[]): Promise<void> {
  await database.transaction(async (tx) => {
    await publish(tx);
    const [now, last] = await Promise.all([through.newest(tx), lastSwap(tx)]);
    await swapBuilt(tx, versions, Math.max(now, last + 1));
  });
}

/** Lets go of versions that others took the place of, once all that happened before has been decided; gives whether it did. */
export async function endSwaps({ database, through }: Engine): Promise<boolean> {
  const at = await openSwap(database);
  if (at === undefined || (await through.atLeast(database, at)) === undefined) return false;
  const due = await earliestDue(database, everyBucket);
  if (due !== undefined && due <= at) return false;
  await database.transaction(async (tx) => {
    await publish(tx);
    await closeSwaps(tx, at);
  });
  return true;
}
