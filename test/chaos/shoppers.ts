import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../demo/random';
import type { EventClient } from './event-client';
import { nextDoing, type Doing, type Somebody } from './people';

const AT_ONCE = 8;

/** Lets people do things until told to stop; resolves when everything they did has been answered or given up. */
export async function shop(
  client: EventClient,
  people: readonly Somebody[],
  random: Random,
  options: { readonly perSecond: number; readonly stop: Promise<unknown> },
): Promise<void> {
  let isOver = false;
  void options.stop.then(() => (isOver = true));
  const pause = (AT_ONCE * 1_000) / options.perSecond;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (!isOver) {
        await doOnce(client, nextDoing(random.pick(people), random), random);
        await sleep(pause * 2 * random.next());
      }
    }),
  );
}

/** Some clients send the same twice, at once or once more later; some give up without an answer. */
async function doOnce(client: EventClient, { source, calls }: Doing, random: Random): Promise<void> {
  const roll = random.next();
  const tries = roll > 0.97 ? 1 : undefined;
  const twice = roll < 0.05 ? [client.send(source, calls)] : [];
  await Promise.all([...twice, client.send(source, calls, tries)]);
  if (roll > 0.05 && roll < 0.12) await client.send(source, calls);
}
