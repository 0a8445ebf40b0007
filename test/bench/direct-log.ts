import type { Instant } from '@entente/kernel';
import { HEARTBEAT, type LogRecord, type NewRecord, type Stream } from '@entente/stream';
import { partitionOf } from '../../libs/stream/partition-of';

/** A log in memory: records are stamped when they are appended, and handed out without a stream's own cost. */
export class DirectLog implements Stream {
  readonly topic = 'bench';
  readonly logs: LogRecord[][];
  private readonly dropped: number[];

  constructor(readonly partitions: number) {
    this.logs = Array.from({ length: partitions }, () => []);
    this.dropped = this.logs.map(() => 0);
  }

  append(records: readonly NewRecord[]): Promise<void> {
    const now = Date.now();
    for (const record of records) this.put(partitionOf(record.key, this.partitions), record, now);
    return Promise.resolve();
  }

  heartbeat(partition: number): Promise<void> {
    this.put(partition, { key: '', value: HEARTBEAT }, Date.now());
    return Promise.resolve();
  }

  /** The next records of a partition, which it forgets once the ones after them are asked for. */
  from(partition: number, position: bigint, limit: number): LogRecord[] {
    const log = this.logs[partition]!;
    const handled = Number(position) - this.dropped[partition]!;
    log.splice(0, handled);
    this.dropped[partition]! += handled;
    return log.slice(0, limit);
  }

  consume(): never {
    throw new Error('this log is read by hand');
  }

  bounds(): Promise<Map<number, { first: bigint; next: bigint }>> {
    return Promise.resolve(
      new Map(this.logs.map((_, partition) => [partition, { first: 0n, next: this.next(partition) }])),
    );
  }

  async close(): Promise<void> {}

  private next(partition: number): bigint {
    return BigInt(this.dropped[partition]! + this.logs[partition]!.length);
  }

  private put(partition: number, record: NewRecord, arrival: Instant): void {
    this.logs[partition]!.push({ ...record, position: this.next(partition), arrival });
  }
}
