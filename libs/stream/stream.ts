import type { Duration, Instant } from '@entente/kernel';
import type { Database } from '@entente/storage';
import type { StreamLog } from './stream-log';

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
  readonly topic: string;
  readonly partition: number;
  /** The stored position this batch starts from: what `advance` expects to find. */
  readonly from: bigint;
  readonly records: readonly LogRecord[];
}

/** A partition that stopped for good (its stored position is outside the log) or is being tried again. */
export interface Trouble {
  readonly partition: number;
  readonly error: Error;
  readonly fatal: boolean;
}

/** How many partitions one process handles at a time, unless it is told otherwise. */
export const CONCURRENCY = 4;

export interface ConsumeOptions {
  /** Name under which positions are stored. */
  readonly consumer: string;
  readonly maxRecords: number;
  /** How many partitions of this process are handled at a time, if not `CONCURRENCY`. */
  readonly concurrency?: number;
  /**
   * Handles a batch. It may handle a prefix only, and says how far it came by calling `advance` (positions.ts) in its own
   * transaction; the next batch starts at the stored position. Returning without having moved it means "not yet": the
   * batch comes again shortly. Throwing stops the partition, which is tried again with back-off. `signal` tells that the
   * partition belongs to somebody else by now.
   */
  readonly handle: (batch: RecordBatch, signal: AbortSignal) => Promise<void>;
  readonly onTrouble?: (trouble: Trouble) => void;
}

export interface Consumption {
  /** Stops taking batches, waits for those in hand, releases the partitions. */
  stop(): Promise<void>;
  /** Partitions this process holds now. */
  assigned(): readonly number[];
}

/** First position kept and next position to be written. */
export interface Bounds {
  readonly first: bigint;
  readonly next: bigint;
}

/** What opening a stream takes, whatever it is kept in. */
export interface StreamOptions {
  /** Where consumers' positions are: the database that their effects go to. */
  readonly database: Database;
  readonly topic: string;
  /** How many partitions a new topic gets; an existing one keeps what it has, or grows to this. */
  readonly partitions: number;
  /**
   * After how long records are dropped. PostgreSQL drops whole days that every consumer has read, and none when it is absent;
   * Kafka does by its broker's default then, and always for a topic not made here.
   */
  readonly keepFor?: Duration;
  /** How long a member of a group that died still holds its partitions; Kafka brokers allow 6 s and more unless told otherwise. */
  readonly leaseFor?: Duration;
  readonly log?: StreamLog;
}

/** A partitioned, durable log. Two adapters keep one contract (test/contract). */
export interface Stream {
  readonly topic: string;
  readonly partitions: number;
  /**
   * Resolves when every record is durable; rejects with `StreamBusy` when it cannot take more now (some of the records may
   * have got in) and with `UnfitRecord`, at once and for all of them, when one can never get in.
   */
  append(records: readonly NewRecord[]): Promise<void>;
  /** Appends a heartbeat to a partition: a record with the key '' and the value `{"v":1,"heartbeat":true}`. */
  heartbeat(partition: number): Promise<void>;
  consume(options: ConsumeOptions): Promise<Consumption>;
  /** Per partition, for lag and range checks. */
  bounds(): Promise<ReadonlyMap<number, Bounds>>;
  /** Stops what still consumes, lets appends in hand finish, and lets go of every connection. */
  close(): Promise<void>;
}

/** The log cannot take more now; ingest answers 429 with `Retry-After` of this many seconds. */
export class StreamBusy extends Error {
  constructor(
    readonly retryAfter: number,
    options?: ErrorOptions,
  ) {
    super('the stream cannot take more now', options);
    this.name = 'StreamBusy';
  }
}

/** A record that no retry gets in: too long, or with a NUL character. */
export class UnfitRecord extends Error {
  constructor(why: string) {
    super(`the stream cannot hold this record: ${why}`);
    this.name = 'UnfitRecord';
  }
}

/** A stored position that the log does not have: records were trimmed before they were read, or the log was replaced. */
export class PositionOutsideLog extends Error {
  constructor(topic: string, partition: number, position: bigint, { first, next }: Bounds) {
    super(
      `position ${position} of ${topic}/${partition} is outside the log, which goes from ${first} to ${next}`,
    );
    this.name = 'PositionOutsideLog';
  }
}

export const HEARTBEAT = '{"v":1,"heartbeat":true}';
export const isHeartbeat = (record: NewRecord): boolean => record.key === '' && record.value === HEARTBEAT;
