import { SECOND, type Duration } from '@entente/kernel';
import { Loop } from '@entente/runtime';
import { giveUpLostReleases, senderLanes, type ShareLeases } from '@entente/storage';
import type { Sender } from './sender';

/** How long a sender that says nothing counts as alive. */
export const presenceLength: Duration = 30 * SECOND;
const renewEvery = 5 * SECOND;

/** Keeps this sender known as alive and its lanes its own, and gives up what senders that are gone had released. */
export class Presence {
  private readonly lanes: ShareLeases;
  private readonly loop: Loop;

  constructor(
    private readonly sender: Sender,
    private readonly onChange: () => void,
    private readonly length = presenceLength,
  ) {
    this.lanes = senderLanes(sender.database, sender.id, length);
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

  /** The lane buckets that this sender works in. */
  buckets(): readonly number[] {
    return this.lanes.held();
  }

  /** Gives the lanes to others. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.lanes.dropAll();
  }

  private async renew(): Promise<Duration> {
    const { database, clock, log, count } = this.sender;
    const before = this.buckets();
    const after = await this.lanes.balance();
    if (after.join() !== before.join()) this.onChange();
    const lost = await giveUpLostReleases(database, clock.now());
    if (lost > 0) log.error({ messages: lost }, 'a sender ended before it knew what became of its messages');
    for (let n = 0; n < lost; n += 1) count('unknown', 'sender-lost');
    return Math.min(renewEvery, this.length / 3);
  }
}
