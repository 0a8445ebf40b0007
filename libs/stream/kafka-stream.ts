import type { Admin, Kafka } from 'kafkajs';
import type { Duration } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { AppendQueue } from './append-queue';
import { kafkaClient, type KafkaConnection } from './kafka-client';
import { KafkaConsumption } from './kafka-consumption';
import { makeTopic } from './kafka-topic';
import { KafkaWriter } from './kafka-writer';
import { partitionOf } from './partition-of';
import {
  HEARTBEAT,
  type Bounds,
  type ConsumeOptions,
  type Consumption,
  type NewRecord,
  type Stream,
} from './stream';
import { silentLog, type StreamLog } from './stream-log';

export interface KafkaStreamOptions extends KafkaConnection {
  /** Where consumers' positions are: the database that their effects go to. */
  readonly database: Database;
  readonly topic: string;
  /** How many partitions a new topic gets; an existing one keeps what it has, or grows to this. */
  readonly partitions: number;
  /** After how long the broker drops records of a topic made here; its own default when absent. */
  readonly keepFor?: Duration;
  /** How long a member of a group that died still holds its partitions; brokers allow 6 s and more unless told otherwise. */
  readonly leaseFor?: Duration;
  readonly log?: StreamLog;
}

const LEASE_MS: Duration = 10_000;
/** Below the 1 MB that brokers take in one batch of a partition. */
const WRITE_LIMITS = { maxWriteRecords: 10_000, maxWriteBytes: 900_000 };

/** Opens a topic of Apache Kafka, and makes it where it is missing. Throws `UnfitTopic` when it cannot be used. */
export async function openKafkaStream(options: KafkaStreamOptions): Promise<Stream> {
  const kafka = kafkaClient(options, options.log ?? silentLog);
  const admin = kafka.admin();
  try {
    await admin.connect();
    return new KafkaStream(kafka, admin, await makeTopic(admin, options), options);
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw error;
  }
}

class KafkaStream implements Stream {
  readonly topic: string;
  private readonly writer: KafkaWriter;
  private readonly queue: AppendQueue;
  private readonly consumptions = new Set<KafkaConsumption>();

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    readonly partitions: number,
    private readonly options: KafkaStreamOptions,
  ) {
    this.topic = options.topic;
    this.writer = new KafkaWriter(kafka, options.topic);
    this.queue = new AppendQueue({ write: (records) => this.writer.write(records), ...WRITE_LIMITS });
  }

  append(records: readonly NewRecord[]): Promise<void> {
    return this.queue.append(
      records.map(({ key, value }) => ({ key, value, partition: partitionOf(key, this.partitions) })),
    );
  }

  heartbeat(partition: number): Promise<void> {
    return this.queue.append([{ key: '', value: HEARTBEAT, partition }]);
  }

  consume(options: ConsumeOptions): Promise<Consumption> {
    const { kafka, topic } = this;
    const { database, leaseFor = LEASE_MS, log: report = silentLog } = this.options;
    const of = { kafka, database, topic, leaseFor, report, bounds: () => this.bounds() };
    const consumption = new KafkaConsumption(of, options);
    this.consumptions.add(consumption);
    return Promise.resolve(consumption);
  }

  async bounds(): Promise<ReadonlyMap<number, Bounds>> {
    const offsets = await this.admin.fetchTopicOffsets(this.topic);
    return new Map(
      offsets
        .map(({ partition, low, high }) => [partition, { first: BigInt(low), next: BigInt(high) }] as const)
        .sort(([a], [b]) => a - b),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumptions].map((consumption) => consumption.stop()));
    await this.queue.close();
    await Promise.all([this.writer.close(), this.admin.disconnect().catch(() => undefined)]);
  }
}
