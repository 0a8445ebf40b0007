import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND, type Clock, type Duration, type Instant } from '@entente/kernel';
import type { Tx } from '@entente/storage';
import { readPositions, type Position, type Stream } from '@entente/stream';

/** The name under which the engine keeps its place in the stream. */
export const consumer = 'engine';

/** A partition is asked for a stamp this often at most. */
const heartbeatEvery: Duration = 20;

/** How far the log may be behind before a job asks for a fresh stamp. */
const staleAfter: Duration = 2 * SECOND;

/** How long what an author did waits for what came before to be read. */
const patience: Duration = 10 * SECOND;

/**
 * How far the partitions have been read. Each is read *through* an instant: everything that arrived in it before then is
 * consumed. Nothing that time causes acts later than all partitions are read through.
 */
export class Through {
  private readonly asked = new Map<number, Instant>();

  constructor(
    private readonly stream: Stream,
    private readonly clock: Clock,
  ) {}

  /** The instant that each partition has been read through, this one left out; -Infinity for one never read. */
  async ofPartitions(tx: Tx, except?: number): Promise<ReadonlyMap<number, Instant>> {
    const positions = await this.positions(tx);
    const partitions = Array.from({ length: this.stream.partitions }, (_, partition) => partition);
    return new Map(
      partitions
        .filter((partition) => partition !== except)
        .map((partition) => [partition, positions.get(partition)?.through ?? -Infinity]),
    );
  }

  /** The instant that all partitions have been read through. */
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

  /** An instant that is not before anything that has been read or has happened by now. What was read last arrived after what is read through. */
  async newest(tx: Tx): Promise<Instant> {
    return Math.max(
      this.clock.now(),
      ...[...(await this.ofPartitions(tx)).values()].map((through) => through + 1),
    );
  }

  /**
   * How far the partitions have been read when that is past what an author did at an instant; else it is asked for, and undefined is given after a
   * moment, in which nobody would learn more by asking again. Not forever: where reading is long behind, it is what it is.
   */
  async pastWhatWasDone(tx: Tx, at: Instant): Promise<Instant | undefined> {
    const isNew = this.clock.now() - at < patience;
    const through = isNew ? await this.atLeast(tx, at) : await this.recent(tx);
    return through ?? sleep(heartbeatEvery, undefined);
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

  /** Partitions that are read to their ends; in the others records are on their way that say how far they were read. */
  private async idlePartitions(tx: Tx): Promise<Set<number>> {
    const positions = await this.positions(tx);
    const bounds = [...(await this.stream.bounds())];
    const idle = bounds.filter(([one, { first, next }]) => (positions.get(one)?.next ?? first) >= next);
    return new Set(idle.map(([partition]) => partition));
  }

  private positions(tx: Tx): Promise<Map<number, Position>> {
    return readPositions(tx, { consumer, topic: this.stream.topic });
  }
}
