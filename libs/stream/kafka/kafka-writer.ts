import type { Kafka, Producer } from 'kafkajs';
import type { PlacedRecord } from '../append-queue';

/** Every replica in sync has the records before the broker answers. */
const ALL_REPLICAS = -1;

/** Writes through an idempotent producer, and through a new one after a failure: a producer whose sequence broke stays broken. */
export class KafkaWriter {
  private producer: Promise<Producer> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
  ) {}

  async write(records: readonly PlacedRecord[]): Promise<void> {
    this.producer ??= this.connect();
    try {
      const producer = await this.producer;
      await producer.send({ topic: this.topic, acks: ALL_REPLICAS, messages: [...records] });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = await this.producer?.catch(() => undefined);
    this.producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => (chosen) => chosen.message.partition!,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    });
    await producer.connect();
    return producer;
  }
}
