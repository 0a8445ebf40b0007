import { recordOf, type Fact } from '@entente/event';
import type { Clock, Instant } from '@entente/kernel';
import { timerBuckets, untold, type Database } from '@entente/storage';
import { HEARTBEAT, type LogRecord, type NewRecord, type Stream } from '@entente/stream';
import { handleBatch } from '../../apps/engine/consume-stream';
import type { Engine } from '../../apps/engine/engine';
import { fireTimers } from '../../apps/engine/fire-timers';
import { newEngine } from '../../apps/engine/new-engine';
import { buildSegments } from '../../apps/engine/jobs/build-segments';
import { countPreviews } from '../../apps/engine/jobs/count-previews';
import { relayOutbox } from '../../apps/engine/jobs/relay-outbox';
import { rereadCompanies } from '../../apps/engine/jobs/reread-companies';
import { finishSwaps } from '../../apps/engine/jobs/swaps';
import { runCampaigns } from '../../apps/engine/jobs/run-campaigns';
import { tellAddresses } from '../../apps/engine/jobs/tell-addresses';
import { tellCompanies } from '../../apps/engine/jobs/tell-companies';
import { consumer } from '../../apps/engine/through';

/** A clock that stands still until it is moved. */
export class StillClock implements Clock {
  constructor(private at: Instant) {}
  now(): Instant {
    return this.at;
  }
  moveTo(instant: Instant): void {
    if (instant < this.at) throw new Error('a clock does not go back');
    this.at = instant;
  }
}

/** A log in memory whose arrivals a test's clock stamps. */
export class StillLog implements Stream {
  readonly topic = 'still';
  readonly logs: LogRecord[][];

  constructor(
    readonly partitions: number,
    private readonly clock: Clock,
    private readonly partitionOf: (key: string) => number,
  ) {
    this.logs = Array.from({ length: partitions }, () => []);
  }

  async append(records: readonly NewRecord[]): Promise<void> {
    for (const record of records) this.put(this.partitionOf(record.key), record);
  }

  async heartbeat(partition: number): Promise<void> {
    this.put(partition, { key: '', value: HEARTBEAT });
  }

  consume(): never {
    throw new Error('a test reads this log itself');
  }

  async bounds(): Promise<Map<number, { first: bigint; next: bigint }>> {
    return new Map(this.logs.map((log, partition) => [partition, { first: 0n, next: BigInt(log.length) }]));
  }

  async close(): Promise<void> {}

  private put(partition: number, record: NewRecord): void {
    const log = this.logs[partition]!;
    log.push({ ...record, position: BigInt(log.length), arrival: this.clock.now() });
  }
}

export const everyBucket: readonly number[] = Array.from({ length: timerBuckets }, (_, bucket) => bucket);

/** An engine on a real database, with a log and a clock that a test moves by hand. */
export class EngineWorld {
  readonly clock: StillClock;
  readonly log: StillLog;
  readonly reports: string[] = [];
  engine: Engine;

  constructor(
    readonly database: Database,
    start: Instant,
    partitions = 2,
    /** How far the clock of the log goes before the engine's. */
    ahead = 0,
  ) {
    this.clock = new StillClock(start);
    const stamps = { now: () => this.clock.now() + ahead };
    this.log = new StillLog(partitions, stamps, (key) => sumOf(key) % partitions);
    this.engine = this.newEngine();
  }

  /** An engine that remembers nothing of what it did. */
  restart(): void {
    this.engine = this.newEngine();
  }

  private newEngine(): Engine {
    return newEngine({
      id: '00000000-0000-4000-8000-000000000001',
      database: this.database,
      stream: this.log,
      clock: this.clock,
      report: (what) => this.reports.push(what),
    });
  }

  async arrive(...facts: Fact[]): Promise<void> {
    await this.log.append(facts.map(recordOf));
  }

  /** Reads up to `limit` records of one partition; gives whether there were any. */
  async read(partition: number, limit = 1_000): Promise<boolean> {
    const [row] = await this.database.query<{ next: string }>(
      'SELECT next FROM stream_position WHERE consumer = $1 AND partition = $2',
      [consumer, partition],
    );
    const from = BigInt(row?.next ?? 0);
    const records = this.log.logs[partition]!.slice(Number(from), Number(from) + limit);
    if (records.length === 0) return false;
    await handleBatch(this.engine, { topic: this.log.topic, partition, from, records });
    return true;
  }

  /** Reads all partitions to their ends. */
  async readAll(limit = 1_000): Promise<void> {
    for (let any = true; any;) {
      any = false;
      for (let partition = 0; partition < this.log.partitions; partition += 1) {
        any = (await this.read(partition, limit)) || any;
      }
    }
  }

  /** Moves the clock on, with everything that time alone causes, up to and including the instant. */
  async passTo(instant: Instant): Promise<void> {
    this.clock.moveTo(instant);
    await this.readAll();
    this.clock.moveTo(instant + 1);
    for (let partition = 0; partition < this.log.partitions; partition += 1)
      await this.log.heartbeat(partition);
    await this.readAll();
    for (let due = await fireTimers(this.engine, everyBucket); due !== undefined && due <= instant;)
      due = await fireTimers(this.engine, everyBucket);
  }

  /** Builds everything. What the builder asks for is read, and swaps are over a moment later. */
  async build(): Promise<void> {
    for (let more = true; more;) {
      const [hasBuilt, hasFinished] = [await buildSegments(this.engine), await finishSwaps(this.engine)];
      more = hasBuilt || hasFinished;
      const swapped = await this.database.query(
        `SELECT FROM segment_version WHERE status = 'replaced' OR (status = 'live' AND started_by <> '{}')`,
      );
      if (more) await this.readAll();
      if (swapped.length === 0) continue;
      await this.passTo(this.clock.now());
      more = true;
    }
  }

  /** Lets the jobs do everything they have, and the log carry what they told. */
  async work(): Promise<void> {
    await this.build();
    while (await countPreviews(this.engine));
    for (let more = true, tries = 0; more && tries < 1_000; tries += 1)
      more = await runCampaigns(this.engine);
    do {
      while (await rereadCompanies(this.engine));
      while (await tellAddresses(this.engine));
      while (await relayOutbox(this.engine));
      await this.readAll();
    } while ((await tellCompanies(this.engine)) || (await untold(this.database, 1)).length > 0);
  }
}

const sumOf = (key: string): number => [...key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
