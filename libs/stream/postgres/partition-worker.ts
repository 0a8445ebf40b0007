import type { Duration, Instant } from '@entente/kernel';
import { BackOff, notYet } from '../back-off';
import type { PostgresLog } from './postgres-log';
import type { Slots } from './slots';
import { PositionOutsideLog, type ConsumeOptions, type LogRecord } from '../stream';
import { asError } from '../stream-log';
import { WakeUp } from '../wake-up';

const IDLE_MS: Duration = 30_000;

/** Reads one partition on behalf of one consumer, from its stored position on, batch by batch, until it is stopped. */
export class PartitionWorker {
  private readonly woken = new WakeUp();
  private readonly backOff = new BackOff(100, 10_000);
  private readonly notYet = notYet();
  private readonly lost = new AbortController();
  private stopping = false;
  /** Where the last batch that was handled without an error began: it may come again. */
  private handledFrom: bigint | undefined;
  private rested = false;
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
        const wait = await this.slots.run(() => this.step());
        this.backOff.reset();
        if (wait > 0) await this.woken.wait(wait);
      } catch (thrown) {
        const error = asError(thrown);
        const fatal = error instanceof PositionOutsideLog;
        this.options.onTrouble?.({ partition: this.partition, error, fatal });
        if (fatal) return;
        await this.rest();
      }
    }
  }

  /** Handles one batch, and gives how long to wait before the next one unless woken. */
  private async step(): Promise<Duration> {
    if (this.stopping) return 0;
    const { consumer, maxRecords, handle } = this.options;
    const { stored, ...bounds } = await this.log.standing(consumer, this.partition);
    const from = stored ?? bounds.first;
    if (from < bounds.first || from > bounds.next)
      throw new PositionOutsideLog(this.log.topic, this.partition, from, bounds);
    if (from === bounds.next) return IDLE_MS;
    if (this.mustRest(from)) return this.notYet.take();
    const records = await this.read(from, maxRecords);
    if (this.stopping) return 0;
    await handle({ topic: this.log.topic, partition: this.partition, from, records }, this.lost.signal);
    this.handledFrom = from;
    return 0;
  }

  /** Whether the handler left the position here the last time, and nothing was waited for since. */
  private mustRest(from: bigint): boolean {
    if (from !== this.handledFrom) this.notYet.reset();
    this.rested = from === this.handledFrom && !this.rested;
    return this.rested;
  }

  private async read(from: bigint, limit: number): Promise<LogRecord[]> {
    const known = this.floor !== undefined && this.floor.position <= from;
    const records = await this.log.read(this.partition, from, limit, known ? this.floor!.arrival : -Infinity);
    if (records[0]?.position !== from) throw new Error(`record ${from} was trimmed while it was to be read`);
    this.floor = { position: from, arrival: records[0].arrival };
    return records;
  }

  /** Backs off; new records do not shorten it, stopping does. */
  private async rest(): Promise<void> {
    const end = performance.now() + this.backOff.take();
    for (let left = 1; left > 0 && !this.stopping; left = end - performance.now())
      await this.woken.wait(Math.max(1, end - performance.now()));
  }
}
