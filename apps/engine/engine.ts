import { SECOND, type Clock, type Duration, type Instant, type Uuid } from '@entente/kernel';
import { sqlState, type Database, type Tx } from '@entente/storage';
import type { Stream } from '@entente/stream';
import { DefinitionsCache } from './definitions';
import { StartOver } from './start-over';

/** The name under which the engine keeps its place in the stream. */
export const consumer = 'engine';

/** What every role of the engine works with. */
export interface Engine {
  readonly id: Uuid;
  readonly database: Database;
  readonly stream: Stream;
  readonly clock: Clock;
  readonly definitions: DefinitionsCache;
  readonly through: Through;
}

/** How far the partitions have been read. */
export class Through {
  private readonly asked = new Map<number, Instant>();

  constructor(
    private readonly stream: Stream,
    private readonly clock: Clock,
  ) {}

  /** The instant that each partition has been read through, this one left out; -Infinity for one never read. */
  async ofPartitions(tx: Tx, except?: number): Promise<ReadonlyMap<number, Instant>> {
    const through = new Map<number, Instant>();
    for (let partition = 0; partition < this.stream.partitions; partition += 1) {
      if (partition !== except) through.set(partition, -Infinity);
    }
    const rows = await tx.query<{ partition: number; through: Date | number }>(
      'SELECT partition, through FROM stream_position WHERE consumer = $1 AND topic = $2',
      [consumer, this.stream.topic],
    );
    for (const row of rows) if (through.has(row.partition)) through.set(row.partition, Number(row.through));
    return through;
  }

  /** The instant that all partitions have been read through; nothing that time causes acts later than this. */
  async ofAll(tx: Tx): Promise<Instant> {
    return Math.min(...(await this.ofPartitions(tx)).values());
  }

  /** The instant that all partitions have been read through, freshened when it is old; undefined while one was never read. */
  async recent(tx: Tx): Promise<Instant | undefined> {
    const now = this.clock.now();
    const through = await this.ofAll(tx);
    if (through < now - staleAfter) await this.urge(tx, now - staleAfter);
    return through === -Infinity ? undefined : through;
  }

  /** The instant that all partitions have been read through when it is not before this one; else it is asked for. */
  async atLeast(tx: Tx, instant: Instant): Promise<Instant | undefined> {
    const through = await this.ofAll(tx);
    if (through >= instant) return through;
    await this.urge(tx, instant);
    return undefined;
  }

  /** Partitions that are read to their ends; in the others records are on their way that say how far they were read. */
  private async idlePartitions(tx: Tx): Promise<Set<number>> {
    const rows = await tx.query<{ partition: number; next: string }>(
      'SELECT partition, next FROM stream_position WHERE consumer = $1 AND topic = $2',
      [consumer, this.stream.topic],
    );
    const read = new Map(rows.map((row) => [row.partition, BigInt(row.next)]));
    const bounds = [...(await this.stream.bounds())];
    return new Set(
      bounds.filter(([one, { first, next }]) => (read.get(one) ?? first) >= next).map(([one]) => one),
    );
  }

  /** Appends a heartbeat to every idle partition that is behind an instant, so that an idle one can be read through it. */
  async urge(tx: Tx, instant: Instant): Promise<void> {
    const now = this.clock.now();
    const behind = [...(await this.ofPartitions(tx))].filter(
      ([partition, through]) => through < instant && now - (this.asked.get(partition) ?? 0) >= heartbeatEvery,
    );
    const idle = behind.length > 0 ? await this.idlePartitions(tx) : new Set<number>();
    const quiet = behind.map(([partition]) => partition).filter((partition) => idle.has(partition));
    for (const partition of quiet) this.asked.set(partition, now);
    await Promise.all(quiet.map((partition) => this.stream.heartbeat(partition)));
  }
}

const heartbeatEvery: Duration = 20;

/** How long a share of the work stays with an engine that is no longer heard of. */
export const leaseLength: Duration = 10 * SECOND;

/** Contacts that one transaction of the timers and the jobs takes. */
export const chunkSize = 500;

/** How far the log may be behind before a job asks for a fresh stamp. */
const staleAfter: Duration = 2 * SECOND;

const tries = 20;

/** Runs a transaction, and again while what it went by changes under it. */
export async function untilSettled<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isStale(error) || attempt >= tries) throw error;
    }
  }
}

/** A unique violation means that another transaction was faster with a row that this one did not see. */
const isStale = (error: unknown): boolean => error instanceof StartOver || sqlState(error) === '23505';
