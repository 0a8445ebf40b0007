import type { Instant } from '@entente/kernel';

/** One record to append. Records of one key keep their order; `value` is JSON. */
export interface NewRecord {
  readonly key: string;
  readonly value: string;
}

/** A record as the log holds it. `arrival` is the log's stamp, never going back within a partition. */
export interface LogRecord extends NewRecord {
  readonly position: bigint;
  readonly arrival: Instant;
}

/** What a handler gets: consecutive records of one partition. */
export interface RecordBatch {
  readonly partition: number;
  /** The stored position this batch starts from: what `advance` expects to find. */
  readonly from: bigint;
  readonly records: readonly LogRecord[];
}

export interface ConsumeOptions {
  /** Name under which positions are stored. */
  readonly consumer: string;
  readonly maxRecords: number;
  /**
   * Handles a batch. It may handle a prefix only, and says how far it came by calling `PositionStore.advance` in
   * its own transaction; the next batch starts at the stored position. Throwing stops the partition, which is tried again with back-off.
   */
  readonly handle: (batch: RecordBatch, signal: AbortSignal) => Promise<void>;
  /** Told about a partition that stopped for good (its stored position is outside the log) or is being retried. */
  readonly onTrouble?: (trouble: { partition: number; error: Error; fatal: boolean }) => void;
}

export interface Consumption {
  /** Stops taking batches, waits for those in hand, releases the partitions. */
  stop(): Promise<void>;
  /** Partitions this process holds now. */
  assigned(): readonly number[];
}

/** A partitioned, durable log. Values of class-less JSON; two adapters keep one contract (test/contract). */
export interface Stream {
  readonly partitions: number;
  /** Resolves when every record is durable; rejects with `StreamBusy` when it cannot take more now. */
  append(records: readonly NewRecord[]): Promise<void>;
  /** Appends a heartbeat to a partition: a record with the key '' and the value `{"v":1,"heartbeat":true}`. */
  heartbeat(partition: number): Promise<void>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** First position kept and next position to be written, per partition: for lag and range checks. */
  bounds(): Promise<ReadonlyMap<number, { readonly first: bigint; readonly next: bigint }>>;
  close(): Promise<void>;
}

/** The log cannot take more now; ingest answers 429 with `Retry-After` of this many seconds. */
export class StreamBusy extends Error {
  constructor(readonly retryAfter: number) {
    super('the stream cannot take more now');
    this.name = 'StreamBusy';
  }
}

export const HEARTBEAT = '{"v":1,"heartbeat":true}';
export const isHeartbeat = (record: NewRecord): boolean => record.key === '' && record.value === HEARTBEAT;
