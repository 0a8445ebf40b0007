import { SECOND, type Duration } from '@entente/kernel';
import { dueMessages, nextDue, stopMessages, type DueMessage } from '@entente/storage';
import type { HandOver } from './hand-over';
import { Preparer } from './prepare';
import { release } from './release';
import type { Sender } from './sender';

/** A wake-up may be lost; nothing waits longer than this for being found. */
const longestRest: Duration = 5 * SECOND;
/** Wait once more where something due could not be released: another process is about to change that. */
const shortRest: Duration = SECOND / 4;
const largestBatch = 25;

/** Takes due messages of this sender's lanes out, batch by batch. */
export class LaneWork {
  private readonly preparer: Preparer;
  private batch: number;

  constructor(
    private readonly sender: Sender,
    private readonly handOver: HandOver,
    private readonly buckets: () => readonly number[],
  ) {
    this.preparer = new Preparer(sender);
    this.batch = this.smallestBatch;
  }

  /** One batch; gives how long to rest before the next. */
  async run(stop: AbortSignal): Promise<Duration> {
    if (this.handOver.rest > 0) return Math.min(this.handOver.rest, longestRest);
    const messages = await this.due();
    if (messages.length === 0) return this.restUntilDue();
    const ready = await this.prepare(messages);
    await this.handOver.room(Math.floor(this.batch / 2));
    if (stop.aborted) return 0;
    const mails = ready.filter(({ mail }) => mail).length;
    if (mails > 0 && !(await this.handOver.ready(mails))) return Math.max(this.handOver.rest, shortRest);
    const { released, stopped } = await release(this.sender, ready);
    this.handOver.add(released);
    this.resize(messages.length);
    const moved = released.length + stopped + messages.length - ready.length;
    return moved > 0 ? 0 : shortRest;
  }

  private due(): Promise<DueMessage[]> {
    const { database, clock } = this.sender;
    return dueMessages(database, { buckets: this.buckets(), now: clock.now(), limit: this.batch });
  }

  /** Writes the mails; what cannot become one ends here. */
  private async prepare(messages: readonly DueMessage[]) {
    const { ready, stopped } = await this.preparer.prepare(messages);
    const { database, clock } = this.sender;
    if (stopped.length > 0) await database.transaction((tx) => stopMessages(tx, stopped, clock.now()));
    for (const { status, reason } of stopped) this.sender.count(status, reason);
    return ready;
  }

  /** Batches grow while they leave promptly, and shrink while they do not: a released message must not wait. */
  private resize(taken: number): void {
    if (this.handOver.tookLong()) this.batch = Math.max(this.smallestBatch, Math.floor(this.batch / 2));
    else if (taken === this.batch)
      this.batch = Math.min(this.batch * 2, Math.max(largestBatch, this.smallestBatch));
  }

  private get smallestBatch(): number {
    return this.sender.settings.senderConnections * 2;
  }

  private async restUntilDue(): Promise<Duration> {
    if (this.handOver.inHand === 0) await this.handOver.closeIdle();
    const at = await nextDue(this.sender.database, this.buckets());
    return at === undefined ? longestRest : Math.min(longestRest, Math.max(1, at - this.sender.clock.now()));
  }
}
