import type { Instant } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { CONCURRENCY, readPosition } from '@entente/stream';
import { handleBatch } from '../../apps/engine/consume-stream';
import type { Engine } from '../../apps/engine/engine';
import { fireTimers } from '../../apps/engine/fire-timers';
import { newEngine } from '../../apps/engine/new-engine';
import { recallContacts } from '../../apps/engine/recall-contacts';
import { consumer } from '../../apps/engine/through';
import { Slots } from '../../libs/stream/postgres/slots';
import { everyBucket } from '../support/engine-world';
import { DirectLog } from './direct-log';

/** The engine's own functions on a database, with a log that hands its records out by hand. */
export class BenchEngine {
  readonly log: DirectLog;
  readonly engine: Engine;
  readonly reports: string[] = [];
  private readonly slots = new Slots(CONCURRENCY);

  constructor(
    readonly database: Database,
    partitions: number,
    private readonly batchSize: number,
    log = new DirectLog(partitions),
  ) {
    this.log = log;
    this.engine = newEngine({
      id: '00000000-0000-4000-8000-000000000001',
      database,
      stream: log,
      clock: { now: () => Date.now() },
      report: (what, error) => this.reports.push(`${what}: ${String(error)}`),
    });
  }

  /** As an engine begins: the contacts that are stored are known. */
  async recall(): Promise<this> {
    await recallContacts(this.engine);
    return this;
  }

  /** Handles all there is, as many partitions at once as an engine does; gives how long that took. */
  async readAll(): Promise<number> {
    const began = performance.now();
    const partitions = Array.from({ length: this.log.partitions }, (_, partition) => partition);
    await Promise.all(partitions.map((partition) => this.readPartition(partition)));
    return performance.now() - began;
  }

  /** Reads everything and lets happen what time causes until the instant through which it was read; gives that. */
  async comeToRest(): Promise<Instant> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (let partition = 0; partition < this.log.partitions; partition += 1)
      await this.log.heartbeat(partition);
    await this.readAll();
    const through = await this.engine.through.ofAll(this.database);
    for (let due = await this.fire(); due !== undefined && due <= through;) due = await this.fire();
    return through;
  }

  fire(): Promise<Instant | undefined> {
    return fireTimers(this.engine, everyBucket);
  }

  /** Handles what there is in a partition, and tells after each batch how far it has come. */
  async readPartition(partition: number, onHandled?: (next: number) => void): Promise<void> {
    while (await this.slots.run(() => this.readOn(partition, onHandled)));
  }

  private async readOn(partition: number, onHandled?: (next: number) => void): Promise<boolean> {
    const { database, log, engine } = this;
    const stored = await readPosition(database, { consumer, topic: log.topic, partition });
    const from = stored?.next ?? 0n;
    const records = log.from(partition, from, this.batchSize);
    if (records.length === 0) return false;
    await handleBatch(engine, { topic: log.topic, partition, from, records });
    onHandled?.(Number(from) + records.length);
    return true;
  }
}
