import { HOUR, type Clock, type Duration, type Instant } from '@entente/kernel';
import { AppendQueue } from '../append-queue';
import { heartbeatFor, placed } from '../place-records';
import { PostgresConsumption } from './postgres-consumption';
import { PostgresLog } from './postgres-log';
import { PostgresNotices } from './postgres-notices';
import type { Bounds, ConsumeOptions, Consumption, NewRecord, Stream, StreamOptions } from '../stream';
import { asError, silentLog, type StreamLog } from '../stream-log';

export interface PostgresStreamOptions extends StreamOptions {
  /** Stamps arrivals where an installation is driven by a virtual clock; the server's clock does otherwise. */
  readonly clock?: Clock;
}

const LEASE_MS: Duration = 6_000;
const WRITE_LIMITS = { maxWriteRecords: 5_000, maxWriteBytes: 4_000_000 };

/** Opens the log that PostgreSQL keeps, and makes its topic where it is missing. */
export async function openPostgresStream(options: PostgresStreamOptions): Promise<PostgresStream> {
  const log = new PostgresLog(options.database, options.topic, options.clock);
  return new PostgresStream(log, await log.open(options.partitions), options);
}

export class PostgresStream implements Stream {
  readonly topic: string;
  private readonly queue: AppendQueue;
  private readonly report: StreamLog;
  private readonly notices: PostgresNotices;
  private readonly consumptions = new Set<PostgresConsumption>();
  private readonly housekeeping: NodeJS.Timeout;

  constructor(
    private readonly log: PostgresLog,
    readonly partitions: number,
    private readonly options: PostgresStreamOptions,
  ) {
    this.topic = log.topic;
    this.report = options.log ?? silentLog;
    this.queue = new AppendQueue({ write: (records) => log.write(records), ...WRITE_LIMITS });
    this.notices = new PostgresNotices(log.database, this.report);
    this.housekeeping = setInterval(() => void this.keepHouse(), HOUR).unref();
  }

  append(records: readonly NewRecord[]): Promise<void> {
    return this.queue.append(placed(records, this.partitions));
  }

  heartbeat(partition: number): Promise<void> {
    return this.queue.append([heartbeatFor(partition)]);
  }

  consume(options: ConsumeOptions): Promise<Consumption> {
    const { log, notices, partitions, report } = this;
    const leaseFor = this.options.leaseFor ?? LEASE_MS;
    const consumption = new PostgresConsumption({ log, notices, partitions, leaseFor, report }, options);
    this.consumptions.add(consumption);
    return Promise.resolve(consumption);
  }

  bounds(): Promise<ReadonlyMap<number, Bounds>> {
    return this.log.bounds();
  }

  /** Drops the days before this instant that every consumer on record has read; gives how many. */
  trim(before: Instant): Promise<number> {
    return this.log.trim(before);
  }

  async close(): Promise<void> {
    clearInterval(this.housekeeping);
    await Promise.all([...this.consumptions].map((consumption) => consumption.stop()));
    await this.queue.close();
    await this.notices.close();
  }

  private async keepHouse(): Promise<void> {
    try {
      await this.log.addDays();
      if (this.options.keepFor !== undefined) await this.log.trim(this.now() - this.options.keepFor);
    } catch (error) {
      this.report.warn({ error: asError(error).message }, "the stream's housekeeping failed");
    }
  }

  private now(): Instant {
    return this.options.clock?.now() ?? Date.now();
  }
}
