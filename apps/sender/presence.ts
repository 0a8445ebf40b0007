import { SECOND, type Duration } from '@entente/kernel';
import { giveUpLostReleases, renewPresence } from '@entente/storage';
import { Loop } from './loop';
import type { Sender } from './sender';

/** How long a sender that says nothing counts as alive. */
export const presenceLength: Duration = 30 * SECOND;
const renewEvery = 5 * SECOND;

/** Keeps this sender known as alive and its lanes its own, and gives up what senders that are gone had released. */
export class Presence {
  buckets: readonly number[] = [];
  private readonly loop: Loop;

  constructor(
    private readonly sender: Sender,
    private readonly onChange: () => void,
    private readonly length = presenceLength,
  ) {
    this.loop = new Loop(
      () => this.renew(),
      (error) => sender.log.warn({ err: error }, 'could not renew the leases of this sender'),
    );
  }

  /** Resolves when the first lanes are held. */
  async start(): Promise<void> {
    await this.renew();
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async renew(): Promise<Duration> {
    const { database, id, clock, log, count } = this.sender;
    const held = await database.transaction((tx) => renewPresence(tx, id, this.length));
    const changed = held.join() !== this.buckets.join();
    this.buckets = held;
    if (changed) this.onChange();
    const lost = await giveUpLostReleases(database, clock.now());
    if (lost > 0) log.error({ messages: lost }, 'a sender ended before it knew what became of its messages');
    for (let n = 0; n < lost; n += 1) count('unknown', 'sender-lost');
    return Math.min(renewEvery, this.length / 3);
  }
}
