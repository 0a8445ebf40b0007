import { endCanceledMessages, endCanceledWalks, isOutboxLong, takeLease } from '@entente/storage';
import { leaseLength, type Engine } from '../engine';

const atOnce = 1_000;
/** Opt-outs and what else is to be told wait behind no more than this. */
const mostUntold = 10 * atOnce;

/**
 * Ends the walks and the waiting messages of canceled campaigns, a chunk at a time, so that their reports close. Nobody walks
 * them any further and nothing of them is released since the cancellation. Gives whether there may be more to do at once: while very much
 * waits to be told, they wait.
 */
export async function endCanceled({ database, clock, id }: Engine): Promise<boolean> {
  if (!(await takeLease(database, 'end-canceled', id, leaseLength))) return false;
  if (await isOutboxLong(database, mostUntold)) return false;
  const now = clock.now();
  const walks = await endCanceledWalks(database, now, atOnce);
  const messages = await endCanceledMessages(database, now, atOnce);
  return walks > 0 || messages > 0;
}
