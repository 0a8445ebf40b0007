import { StreamBusy, UnfitRecord, type NewRecord } from './stream';

/** A record on its way, with the partition its key belongs to. */
export interface PlacedRecord extends NewRecord {
  readonly partition: number;
}

export interface AppendQueueOptions {
  /** Makes these records durable, in this order. Only one call runs at a time. */
  readonly write: (records: readonly PlacedRecord[]) => Promise<void>;
  /** What one write takes at most; a single record may be as long as `maxWriteBytes`. */
  readonly maxWriteRecords: number;
  readonly maxWriteBytes: number;
  /** What may wait; beyond that `append` rejects with `StreamBusy`. */
  readonly maxQueuedRecords?: number;
  readonly maxQueuedBytes?: number;
}

interface Waiting {
  readonly records: readonly PlacedRecord[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const BUSY_SECONDS = 1;
const FAILED_SECONDS = 5;
/** Roughly what a record costs beyond its text, in the log's formats. */
const RECORD_OVERHEAD = 64;

/**
 * Group commit: what is appended while a write runs goes out together in the next one, in the order of the calls.
 * Invariants
 *  1. An append resolves only after every record of it was written.
 *  2. Records are written in the order in which they were appended.
 *  3. What waits stays within the bounds, except for a single append into an empty queue, which is always taken.
 */
export class AppendQueue {
  private readonly waiting: Waiting[] = [];
  private waitingRecords = 0;
  private waitingBytes = 0;
  private draining: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: AppendQueueOptions) {}

  async append(records: readonly PlacedRecord[]): Promise<void> {
    if (records.length === 0) return;
    const parts = this.split(records);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    if (this.closed || this.isFull(records.length, bytes)) throw new StreamBusy(BUSY_SECONDS);
    const written = parts.map(
      (part) => new Promise<void>((resolve, reject) => this.enqueue({ ...part, resolve, reject })),
    );
    this.draining ??= this.drain();
    const failed = (await Promise.allSettled(written)).find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Takes nothing more, and waits for what was taken. */
  async close(): Promise<void> {
    this.closed = true;
    await this.draining;
  }

  private isFull(records: number, bytes: number): boolean {
    const { maxQueuedRecords = 100_000, maxQueuedBytes = 64_000_000 } = this.options;
    if (this.waiting.length === 0) return false;
    return this.waitingRecords + records > maxQueuedRecords || this.waitingBytes + bytes > maxQueuedBytes;
  }

  private enqueue(part: Waiting): void {
    this.waiting.push(part);
    this.waitingRecords += part.records.length;
    this.waitingBytes += part.bytes;
  }

  /** Runs until nothing waits. The first turn lets appends of the same moment join. */
  private async drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) await this.writeNext();
    this.draining = undefined;
  }

  private async writeNext(): Promise<void> {
    const group = this.takeGroup();
    try {
      await this.options.write(group.flatMap((part) => part.records));
      for (const part of group) part.resolve();
    } catch (cause) {
      const error = new StreamBusy(FAILED_SECONDS, { cause });
      for (const part of group) part.reject(error);
    }
  }

  private takeGroup(): Waiting[] {
    let records = 0;
    let bytes = 0;
    let count = 0;
    for (const part of this.waiting) {
      records += part.records.length;
      bytes += part.bytes;
      if (count > 0 && (records > this.options.maxWriteRecords || bytes > this.options.maxWriteBytes)) break;
      count += 1;
    }
    const group = this.waiting.splice(0, count);
    for (const part of group) {
      this.waitingRecords -= part.records.length;
      this.waitingBytes -= part.bytes;
    }
    return group;
  }

  /** Cuts an append into parts that one write takes. */
  private split(records: readonly PlacedRecord[]): Pick<Waiting, 'records' | 'bytes'>[] {
    const parts: { records: PlacedRecord[]; bytes: number }[] = [];
    let part: { records: PlacedRecord[]; bytes: number } | undefined;
    for (const record of records) {
      const bytes = this.sizeOf(record);
      if (
        !part ||
        part.records.length >= this.options.maxWriteRecords ||
        part.bytes + bytes > this.options.maxWriteBytes
      )
        parts.push((part = { records: [], bytes: 0 }));
      part.records.push(record);
      part.bytes += bytes;
    }
    return parts;
  }

  private sizeOf(record: NewRecord): number {
    if (record.key.includes('\0') || record.value.includes('\0'))
      throw new UnfitRecord('it has a NUL character');
    const bytes = Buffer.byteLength(record.key) + Buffer.byteLength(record.value) + RECORD_OVERHEAD;
    if (bytes > this.options.maxWriteBytes) throw new UnfitRecord(`it is ${bytes} bytes long`);
    return bytes;
  }
}
