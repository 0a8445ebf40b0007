import type { Instant } from '@entente/kernel';
import { HEARTBEAT, type LogRecord, type NewRecord, type Stream } from '@entente/stream';
import { partitionOf } from '../../libs/stream/partition-of';

/** Records as bytes: outside of the heap, so that whoever reads them does not pay for their keeping. */
interface Encoded {
  readonly bytes: Buffer;
  /** Where each record's key and value end. */
  readonly ends: Uint32Array;
}

/** Records by partition, to be appended at once. */
export type Prepared = readonly Encoded[];

interface Segment extends Encoded {
  readonly first: number;
  readonly arrival: Instant;
}

/** A log in memory: records are stamped when they are appended, and decoded when they are read, as a client of a log does. */
export class DirectLog implements Stream {
  readonly topic = 'bench';
  private readonly logs: { segments: Segment[]; next: number }[];

  constructor(readonly partitions: number) {
    this.logs = Array.from({ length: partitions }, () => ({ segments: [], next: 0 }));
  }

  append(records: readonly NewRecord[]): Promise<void> {
    this.put(this.prepared(records));
    return Promise.resolve();
  }

  prepared(records: readonly NewRecord[]): Prepared {
    const placed = Array.from({ length: this.partitions }, () => [] as NewRecord[]);
    for (const record of records) placed[partitionOf(record.key, this.partitions)]!.push(record);
    return placed.map(encoded);
  }

  put(prepared: Prepared): void {
    prepared.forEach((records, partition) => this.putInto(partition, records));
  }

  heartbeat(partition: number): Promise<void> {
    this.putInto(partition, encoded([{ key: '', value: HEARTBEAT }]));
    return Promise.resolve();
  }

  /** The next records of a partition; what was appended before them is forgotten. */
  from(partition: number, position: bigint, limit: number): LogRecord[] {
    const { segments } = this.logs[partition]!;
    const start = Number(position);
    while (segments.length > 0 && endOf(segments[0]!) <= start) segments.shift();
    const records: LogRecord[] = [];
    for (const segment of segments) {
      const from = start + records.length;
      const count = Math.min(limit - records.length, endOf(segment) - from);
      for (let index = 0; index < count; index += 1) records.push(recordAt(segment, from + index));
      if (records.length === limit) break;
    }
    return records;
  }

  consume(): never {
    throw new Error('this log is read by hand');
  }

  /** The position that the next record of a partition will have. */
  next(partition: number): number {
    return this.logs[partition]!.next;
  }

  bounds(): Promise<Map<number, { first: bigint; next: bigint }>> {
    return Promise.resolve(
      new Map(this.logs.map(({ next }, partition) => [partition, { first: 0n, next: BigInt(next) }])),
    );
  }

  async close(): Promise<void> {}

  private putInto(partition: number, { bytes, ends }: Encoded): void {
    if (ends.length === 0) return;
    const log = this.logs[partition]!;
    log.segments.push({ first: log.next, arrival: Date.now(), bytes, ends });
    log.next += ends.length / 2;
  }
}

function encoded(records: readonly NewRecord[]): Encoded {
  const texts = records.flatMap(({ key, value }) => [key, value]);
  const ends = new Uint32Array(texts.length);
  let end = 0;
  texts.forEach((text, index) => (ends[index] = end += Buffer.byteLength(text)));
  return { bytes: Buffer.from(texts.join('')), ends };
}

const endOf = ({ first, ends }: Segment): number => first + ends.length / 2;

function recordAt({ first, arrival, bytes, ends }: Segment, position: number): LogRecord {
  const at = 2 * (position - first);
  const [start, middle, end] = [at === 0 ? 0 : ends[at - 1]!, ends[at]!, ends[at + 1]!];
  return {
    position: BigInt(position),
    arrival,
    key: bytes.toString('utf8', start, middle),
    value: bytes.toString('utf8', middle, end),
  };
}
