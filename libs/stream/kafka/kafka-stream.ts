import type { Admin, Kafka } from 'kafkajs';
import type { Duration } from '@entente/kernel';
import { AppendQueue } from '../append-queue';
import { kafkaClient, type KafkaConnection } from './kafka-client';
import { KafkaConsumption } from './kafka-consumption';
import { makeTopic } from './kafka-topic';
import { KafkaWriter } from './kafka-writer';
import { heartbeatFor, placed } from '../place-records';
import type { Bounds, ConsumeOptions, Consumption, NewRecord, Stream, StreamOptions } from '../stream';
import { silentLog } from '../stream-log';

export type KafkaStreamOptions = KafkaConnection & StreamOptions;

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
    return this.queue.append(placed(records, this.partitions));
  }

  heartbeat(partition: number): Promise<void> {
    return this.queue.append([heartbeatFor(partition)]);
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
