import {
  closeSwaps,
  earliestToFire,
  firstOpenSwap,
  forgetRetiredMemberships,
  lastSwap,
  publish,
  swapBuilt,
  takeLease,
  type Tx,
} from '@entente/storage';
import type { Instant } from '@entente/kernel';
import { leaseLength, type Engine } from '../engine';
import { startPresent } from './start-present';

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

/**
 * What is left to do of swaps, a piece at a time: once all before one has been decided, its segment's earlier version is let go; then campaigns are
 * started for whom it brought in, where its author asked for that; then the earlier memberships go. Gives whether there is more to do.
 */
export const finishSwaps = async (engine: Engine): Promise<boolean> =>
  (await endSwaps(engine)) ||
  (await startPresent(engine)) ||
  engine.database.transaction((tx) => forgetRetiredMemberships(tx));

/** Lets go of versions that others took the place of, where all that happened before has been decided; gives whether it did. */
async function endSwaps(engine: Engine): Promise<boolean> {
  const { database, through, id } = engine;
  const at = await firstOpenSwap(database);
  if (at === undefined || (await through.atLeast(database, at)) === undefined) return false;
  if (!(await takeLease(database, 'swaps', id, leaseLength)) || at > (await decided(engine, database)))
    return false;
  return database.transaction(async (tx) => {
    await publish(tx);
    return closeSwaps(tx, await decided(engine, tx));
  });
}

/** Up to when everything has happened to everybody. */
async function decided({ through }: Engine, tx: Tx): Promise<Instant> {
  const read = await through.ofAll(tx);
  const due = await earliestToFire(tx);
  return due === undefined ? read : Math.min(read, due - 1);
}
