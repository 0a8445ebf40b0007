import { randomUUID } from 'node:crypto';
import type { Duration } from '@entente/kernel';
import { ShareLeases } from '@entente/storage';
import { PartitionWorker } from './partition-worker';
import type { PostgresLog } from './postgres-log';
import { notify, type Notice, type PostgresNotices } from './postgres-notices';
import { Slots } from './slots';
import { CONCURRENCY, type ConsumeOptions, type Consumption } from '../stream';
import { asError, type StreamLog } from '../stream-log';
import { WakeUp } from '../wake-up';

export interface ConsumptionOf {
  readonly log: PostgresLog;
  readonly notices: PostgresNotices;
  readonly partitions: number;
  readonly leaseFor: Duration;
  readonly report: StreamLog;
}

/** One member of a consumer's group: holds its fair share of the partitions and lets a worker read each. */
export class PostgresConsumption implements Consumption {
  private readonly workers = new Map<number, PartitionWorker>();
  /** Workers that finish their last batch: of partitions given up, still held, and of lost ones. */
  private readonly leaving = new Map<PartitionWorker, Promise<void>>();
  private readonly leases: ShareLeases;
  private readonly slots: Slots;
  private readonly due = new WakeUp();
  private readonly deafen: () => void;
  private renewedAt = performance.now();
  private stopped: Promise<void> | undefined;
  private readonly finished: Promise<void>;

  constructor(
    private readonly of: ConsumptionOf,
    private readonly options: ConsumeOptions,
  ) {
    const group = `stream/${of.log.topic}/${options.consumer}`;
    this.leases = new ShareLeases(of.log.database, group, of.partitions, randomUUID(), of.leaseFor);
    this.slots = new Slots(options.concurrency ?? CONCURRENCY);
    this.deafen = of.notices.listen((notice) => this.hear(notice));
    this.finished = this.run();
  }

  assigned(): readonly number[] {
    return this.staying().sort((a, b) => a - b);
  }

  stop(): Promise<void> {
    this.stopped ??= this.wind();
    return this.stopped;
  }

  private async wind(): Promise<void> {
    this.due.wake();
    await this.finished;
    this.deafen();
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
    await Promise.all(this.leaving.values());
    this.workers.clear();
    await this.changeShares(() => this.leases.dropAll());
  }

  private hear(notice?: Notice): void {
    if (notice && notice.topic !== this.of.log.topic) return;
    if (!notice || notice.consumer === this.options.consumer) this.due.wake();
    for (const [partition, worker] of this.workers)
      if (!notice || notice.partitions?.includes(partition)) worker.wake();
  }

  private async run(): Promise<void> {
    await this.changeShares(() => this.share());
    while (!this.stopped) {
      await this.due.wait(this.of.leaseFor / 4);
      if (this.stopped) return;
      await this.share();
      for (const worker of this.workers.values()) worker.wake();
    }
  }

  /** Renews what it holds, gives up what is too much, takes what is too little. */
  private async share(): Promise<void> {
    const asked = performance.now();
    try {
      const { held, free, quota } = await this.leases.renew([...this.workers.keys()]);
      this.renewedAt = asked;
      this.abandonAllBut(held);
      const staying = this.staying();
      for (const partition of staying.slice(quota)) this.giveUp(partition);
      await this.takeSome(free, quota - staying.length);
    } catch (error) {
      this.of.report.warn({ error: asError(error).message }, 'renewing the leases of partitions failed');
      if (asked - this.renewedAt > this.of.leaseFor) this.abandonAllBut([]);
    }
  }

  private staying(): number[] {
    const partitions = [...this.workers.keys()];
    return partitions.filter((partition) => !this.leaving.has(this.workers.get(partition)!));
  }

  private abandonAllBut(held: readonly number[]): void {
    for (const [partition, worker] of this.workers) {
      if (held.includes(partition)) continue;
      this.workers.delete(partition);
      this.leave(worker, worker.abandon());
    }
  }

  /** The lease is kept, and renewed, until the batch in hand is done. */
  private giveUp(partition: number): void {
    const worker = this.workers.get(partition)!;
    const dropped = worker.stop().then(async () => {
      if (this.workers.get(partition) !== worker) return;
      this.workers.delete(partition);
      await this.changeShares(() => this.leases.drop([partition]));
    });
    this.leave(worker, dropped);
  }

  private leave(worker: PartitionWorker, left: Promise<void>): void {
    this.leaving.set(
      worker,
      left.finally(() => this.leaving.delete(worker)),
    );
  }

  private async takeSome(free: readonly number[], wanted: number): Promise<void> {
    const strange = free.filter((partition) => !this.workers.has(partition));
    for (const partition of await this.leases.take(strange, wanted))
      this.workers.set(partition, new PartitionWorker(partition, this.of.log, this.slots, this.options));
  }

  /** Makes a change and tells it, so that the group's other members look at their shares at once. */
  private async changeShares(change: () => Promise<void>): Promise<void> {
    try {
      await change();
      await notify(this.of.log.database, { topic: this.of.log.topic, consumer: this.options.consumer });
    } catch (error) {
      this.of.report.warn({ error: asError(error).message }, 'telling a change of partitions failed');
    }
  }
}
