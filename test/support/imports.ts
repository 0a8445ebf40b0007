import { randomUUID } from 'node:crypto';
import { encode } from 'iconv-lite';
import type { JsonObject } from '@entente/kernel';
import {
  createImport,
  dryRun,
  findJob,
  ImportWorker,
  inspectCsv,
  parsePlan,
  type Bytes,
  type Database,
  type DryRun,
} from '@entente/storage';

const clock = { now: () => Date.now() };

/** Imports of files with one header by one plan, in Windows-1252. */
export class Imports {
  constructor(
    private readonly database: Database,
    private readonly source: { readonly id: number; readonly key: string },
    private readonly plan: JsonObject,
    private readonly header: string,
  ) {}

  /** What a dry run says of these rows. */
  async preview(rows: string): Promise<DryRun> {
    const parsed = parsePlan(this.plan, {
      source: () => ({ trusted: true }),
      topic: () => true,
      list: () => true,
    });
    if ('problems' in parsed) throw new Error('the plan of this test is wrong');
    const bytes = this.bytesOf(rows);
    const { format, records, header } = await inspectCsv(bytes);
    const createdAt = clock.now();
    const job = { id: randomUUID(), source: this.source.id, plan: parsed.plan, createdAt, records, format };
    return dryRun(this.database, job, header, bytes, { now: createdAt, mostProblems: 1_000 });
  }

  /** Gives the job that waits for a worker. */
  async upload(rows: string): Promise<string> {
    const bytes = this.bytesOf(rows);
    const file = await inspectCsv(bytes);
    const { source, plan } = this;
    return this.database.transaction((tx) =>
      createImport(tx, { source, plan, file, bytes, createdBy: randomUUID(), at: clock.now() }),
    );
  }

  worker(): ImportWorker {
    return new ImportWorker(this.database, clock, randomUUID());
  }

  async finish(worker = this.worker()): Promise<void> {
    while (await worker.work());
  }

  async bringIn(rows: string): Promise<string> {
    const job = await this.upload(rows);
    await this.finish();
    return job;
  }

  async counts(job: string): Promise<JsonObject> {
    return (await findJob(this.database, job))!.counts;
  }

  private bytesOf(rows: string): Bytes {
    const content = encode(`${this.header}\r\n${rows}`, 'windows-1252');
    return async function* () {
      yield content;
    };
  }
}
