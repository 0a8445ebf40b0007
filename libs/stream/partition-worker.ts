import type { Duration, Instant } from '@entente/kernel';
import { BackOff } from './back-off';
import type { PostgresLog } from './postgres-log';
import type { Slots } from './slots';
import { PositionOutsideLog, type ConsumeOptions, type LogRecord } from './stream';
import { asError } from './stream-log';
import { WakeUp } from './wake-up';

const IDLE_MS: Duration = 30_000;

/** Reads one partition on behalf of one consumer, from its stored position on, batch by batch, until it is stopped. */
export class PartitionWorker {
  private readonly woken = new WakeUp();
  private readonly backOff = new BackOff(100, 10_000);
  private readonly lost = new AbortController();
  private stopping = false;
  /** Where the last batch that was handled without an error began. */
  private handledFrom: bigint | undefined;
  /** The start of what was last read: nothing after it arrived earlier. */
  private floor: { readonly position: bigint; readonly arrival: Instant } | undefined;
  private readonly finished: Promise<void>;

  constructor(
    readonly partition: number,
    private readonly log: PostgresLog,
    private readonly slots: Slots,
    private readonly options: ConsumeOptions,
  ) {
    this.finished = this.run();
  }

  /** There may be records. */
  wake(): void {
    this.woken.wake();
  }

  /** Takes no further batch; resolves when the one in hand is done. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.woken.wake();
    await this.finished;
  }

  /** The partition belongs to somebody else. */
  async abandon(): Promise<void> {
    this.lost.abort();
    await this.stop();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const moved = await this.slots.run(() => this.step());
        this.backOff.reset();
        if (!moved) await this.woken.wait(IDLE_MS);
      } catch (thrown) {
        const error = asError(thrown);
        const fatal = error instanceof PositionOutsideLog;
        this.options.onTrouble?.({ partition: this.partition, error, fatal });
        if (fatal) return;
        await this.rest();
      }
    }
  }

  /** Handles one batch; false when there is none. */
  private async step(): Promise<boolean> {
    if (this.stopping) return false;
    const { consumer, maxRecords, handle } = this.options;
    const { stored, ...bounds } = await this.log.standing(consumer, this.partition);
    const from = stored ?? bounds.first;
    if (from < bounds.first || from > bounds.next)
      throw new PositionOutsideLog(this.log.topic, this.partition, from, bounds);
    if (from === this.handledFrom) throw this.stuck(from);
    if (from === bounds.next) return false;
    const records = await this.read(from, maxRecords);
    if (this.stopping) return false;
    await handle({ topic: this.log.topic, partition: this.partition, from, records }, this.lost.signal);
    this.handledFrom = from;
    return true;
  }

  private async read(from: bigint, limit: number): Promise<LogRecord[]> {
    const known = this.floor !== undefined && this.floor.position <= from;
    const records = await this.log.read(this.partition, from, limit, known ? this.floor!.arrival : -Infinity);
    if (records[0]?.position !== from) throw new Error(`record ${from} was trimmed while it was to be read`);
    this.floor = { position: from, arrival: records[0].arrival };
    return records;
  }

  private stuck(from: bigint): Error {
    this.handledFrom = undefined;
    return new Error(`the handler of ${this.options.consumer} left the position at ${from}`);
  }

  /** Backs off; new records do not shorten it, stopping does. */
  private async rest(): Promise<void> {
    const end = performance.now() + this.backOff.take();
    for (let left = 1; left > 0 && !this.stopping; left = end - performance.now())
      await this.woken.wait(Math.max(1, end - performance.now()));
  }
}
