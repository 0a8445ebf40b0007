import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Duration } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { KafkaPlace } from './kafka-place';
import { readPosition, type PositionKey } from '../positions';
import { CONCURRENCY, PositionOutsideLog, type Bounds, type ConsumeOptions, type LogRecord } from '../stream';
import { asError, type StreamLog } from '../stream-log';

export interface ReadFrom {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly topic: string;
  readonly leaseFor: Duration;
  readonly report: StreamLog;
  readonly bounds: () => Promise<ReadonlyMap<number, Bounds>>;
}

/** How long a fetch waits for records; also what closing waits for. */
const FETCH_WAIT_MS: Duration = 100;
const STOP_MS: Duration = 5_000;

/**
 * One kafkajs consumer, from its start to its end. Kafka's own committed offsets are not used: where to read is what the
 * database says, and every batch is checked against that before it is handed over.
 */
export class KafkaReader {
  crashed = false;
  private places = new Map<number, KafkaPlace>();
  private readonly consumer: Consumer;
  private readonly resumes = new Set<NodeJS.Timeout>();
  private heardAt = performance.now();
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly of: ReadFrom,
    private readonly options: ConsumeOptions,
    private readonly onEnd: () => void,
  ) {
    this.consumer = of.kafka.consumer({
      groupId: `${of.topic}.${options.consumer}`,
      sessionTimeout: of.leaseFor,
      heartbeatInterval: of.leaseFor / 6,
      rebalanceTimeout: 30_000,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, retries: 8, restartOnFailure: () => Promise.resolve(false) },
    });
    this.listen();
  }

  async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [this.of.topic], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.options.concurrency ?? CONCURRENCY,
      eachBatch: (payload) => this.onBatch(payload),
    });
  }

  assigned(): readonly number[] {
    return this.stopping || this.crashed ? [] : [...this.places.keys()].sort((a, b) => a - b);
  }

  /** How long nothing was heard of this consumer, in milliseconds. */
  silence(): Duration {
    return performance.now() - this.heardAt;
  }

  stop(): Promise<void> {
    this.stopping ??= this.disconnect();
    return this.stopping;
  }

  private async disconnect(): Promise<void> {
    for (const timer of this.resumes) clearTimeout(timer);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_MS)));
    await Promise.race([this.consumer.disconnect().catch(() => undefined), patience]);
    clearTimeout(timer);
    this.forget();
  }

  private listen(): void {
    const { HEARTBEAT, FETCH, GROUP_JOIN, REBALANCING, CRASH } = this.consumer.events;
    const hear = () => void (this.heardAt = performance.now());
    this.consumer.on(HEARTBEAT, hear);
    this.consumer.on(FETCH, hear);
    this.consumer.on(REBALANCING, hear);
    this.consumer.on(GROUP_JOIN, ({ payload }) => this.onJoin(payload.memberAssignment[this.of.topic] ?? []));
    this.consumer.on(CRASH, () => {
      this.crashed = true;
      this.onEnd();
    });
  }

  private onJoin(partitions: readonly number[]): void {
    this.heardAt = performance.now();
    this.forget();
    this.places = new Map(partitions.map((partition) => [partition, new KafkaPlace(partition)]));
    for (const place of this.places.values()) void this.positionOf(place);
  }

  /** What is still being handled of the assignment before belongs to somebody else, or begins again. */
  private forget(): void {
    for (const place of this.places.values()) place.lost.abort();
    this.places.clear();
  }

  private isCurrent(place: KafkaPlace): boolean {
    return this.places.get(place.partition) === place && !this.stopping;
  }

  /** The position to hand over next; undefined when there is none now, which has been told. */
  private positionOf(place: KafkaPlace): Promise<bigint | undefined> {
    if (place.fatal) return Promise.resolve(undefined);
    if (place.next !== undefined) return Promise.resolve(place.next);
    place.finding ??= this.findPosition(place)
      .catch((error: unknown) => this.inTrouble(place, asError(error)))
      .finally(() => (place.finding = undefined));
    return place.finding;
  }

  private async findPosition(place: KafkaPlace): Promise<bigint | undefined> {
    const stored = await readPosition(this.of.database, this.keyOf(place));
    const bounds = (await this.of.bounds()).get(place.partition)!;
    const next = stored?.next ?? bounds.first;
    if (!this.isCurrent(place)) return undefined;
    if (next < bounds.first || next > bounds.next)
      throw new PositionOutsideLog(this.of.topic, place.partition, next, bounds);
    place.through = stored?.through ?? -Infinity;
    place.next = next;
    this.seek(place, next);
    return next;
  }

  private keyOf({ partition }: KafkaPlace): PositionKey {
    return { consumer: this.options.consumer, topic: this.of.topic, partition };
  }

  private seek(place: KafkaPlace, position: bigint): void {
    this.consumer.seek({ topic: this.of.topic, partition: place.partition, offset: String(position) });
  }

  /** Tells the trouble and lets the partition rest: for good, or until the back-off is over. */
  private inTrouble(place: KafkaPlace, error: Error): undefined {
    if (!this.isCurrent(place)) return;
    place.next = undefined;
    place.fatal = error instanceof PositionOutsideLog;
    this.options.onTrouble?.({ partition: place.partition, error, fatal: place.fatal });
    const rest = [{ topic: this.of.topic, partitions: [place.partition] }];
    this.consumer.pause(rest);
    if (place.fatal) return;
    const timer = setTimeout(() => {
      this.resumes.delete(timer);
      if (this.isCurrent(place)) void this.positionOf(place).then((next) => this.resume(rest, next));
    }, place.backOff.take());
    this.resumes.add(timer);
  }

  private resume(rest: { topic: string; partitions: number[] }[], next: bigint | undefined): void {
    if (next !== undefined && !this.stopping) this.consumer.resume(rest);
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const place = this.places.get(payload.batch.partition);
    if (!place) return;
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), this.of.leaseFor / 4);
    try {
      const from = await this.positionOf(place);
      if (from !== undefined && !payload.isStale()) await this.handOver(place, from, payload);
    } catch (error) {
      this.inTrouble(place, asError(error));
    } finally {
      clearInterval(beat);
    }
    await payload.heartbeat();
  }

  /** Hands the batch over in parts, each from the stored position on. */
  private async handOver(place: KafkaPlace, from: bigint, payload: EachBatchPayload): Promise<void> {
    let records = recordsFrom(payload.batch, from, place);
    if (this.mustSeek(place, from, payload.batch)) return;
    let next = from;
    while (records.length > 0 && payload.isRunning() && !payload.isStale() && this.isCurrent(place)) {
      const reached = await this.handle(place, next, records.slice(0, this.options.maxRecords));
      if (!this.isCurrent(place)) return;
      if (reached <= next) return this.letBe(place, next, reached);
      place.notYet.reset();
      payload.resolveOffset(String(reached - 1n));
      records = records.filter(({ position }) => position >= reached);
      next = reached;
    }
  }

  /** Nothing is resolved, so the same records come with the next fetch, together with those of other partitions. */
  private async letBe(place: KafkaPlace, next: bigint, reached: bigint): Promise<void> {
    if (reached < next) this.seek(place, reached);
    await sleep(place.notYet.take());
  }

  /** Whether the batch begins behind the position, so that it is fetched again; a gap found twice is one of the log. */
  private mustSeek(place: KafkaPlace, position: bigint, batch: Batch): boolean {
    const first = batch.firstOffset();
    const last = BigInt(batch.lastOffset());
    const begins = first !== null && BigInt(first) <= position && position <= last + 1n;
    if (begins || place.sought === position) return false;
    place.sought = position;
    place.next = undefined;
    void this.positionOf(place);
    return true;
  }

  /** Gives the position that is stored afterwards. */
  private async handle(place: KafkaPlace, from: bigint, records: LogRecord[]): Promise<bigint> {
    await this.options.handle(
      { topic: this.of.topic, partition: place.partition, from, records },
      place.lost.signal,
    );
    const stored = await readPosition(this.of.database, this.keyOf(place));
    place.backOff.reset();
    place.through = stored?.through ?? place.through;
    place.next = stored?.next ?? from;
    return place.next;
  }
}

function recordsFrom(batch: Batch, from: bigint, { through }: KafkaPlace): LogRecord[] {
  const records: LogRecord[] = [];
  let arrival = through;
  for (const { offset, timestamp, key, value } of batch.messages) {
    const position = BigInt(offset);
    if (position < from) continue;
    arrival = Math.max(arrival, Number(timestamp));
    records.push({ position, arrival, key: key?.toString() ?? '', value: value?.toString() ?? '' });
  }
  return records;
}
