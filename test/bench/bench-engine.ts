import type { Instant } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { readPosition } from '@entente/stream';
import { handleBatch } from '../../apps/engine/consume-stream';
import { DefinitionsCache } from '../../apps/engine/definitions';
import type { Engine } from '../../apps/engine/engine';
import { fireTimers } from '../../apps/engine/fire-timers';
import { KnownContacts } from '../../apps/engine/known-contacts';
import { Bustle } from '../../apps/engine/paced';
import { recallContacts } from '../../apps/engine/recall-contacts';
import { SeenMessages } from '../../apps/engine/seen-messages';
import { consumer, Through } from '../../apps/engine/through';
import { DirectLog } from './direct-log';

const allBuckets = Array.from({ length: 16 }, (_, bucket) => bucket);

/** The engine's own functions on a database, with a log that hands its records out by hand. */
export class BenchEngine {
  readonly log: DirectLog;
  readonly engine: Engine;
  readonly reports: string[] = [];

  constructor(
    readonly database: Database,
    partitions: number,
    private readonly batchSize: number,
    log = new DirectLog(partitions),
  ) {
    const clock = { now: () => Date.now() };
    this.log = log;
    this.engine = {
      id: '00000000-0000-4000-8000-000000000001',
      database,
      stream: this.log,
      clock,
      definitions: new DefinitionsCache(database),
      through: new Through(this.log, clock),
      known: new KnownContacts(),
      seen: new SeenMessages(),
      bustle: new Bustle(),
      report: (what, error) => this.reports.push(`${what}: ${String(error)}`),
    };
  }

  /** As an engine begins: the contacts that are stored are known. */
  async recall(): Promise<this> {
    await recallContacts(this.engine);
    return this;
  }

  /** Handles all there is, every partition at once; gives how long that took. */
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
    return fireTimers(this.engine, allBuckets);
  }

  /** Handles what there is in a partition, and tells after each batch how far it has come. */
  async readPartition(partition: number, onHandled?: (next: number) => void): Promise<void> {
    const { database, log, engine } = this;
    for (;;) {
      const stored = await readPosition(database, { consumer, topic: log.topic, partition });
      const from = stored?.next ?? 0n;
      const records = log.from(partition, from, this.batchSize);
      if (records.length === 0) return;
      await handleBatch(engine, { topic: log.topic, partition, from, records });
      onHandled?.(Number(from) + records.length);
    }
  }
}
