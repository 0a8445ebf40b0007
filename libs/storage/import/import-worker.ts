import { DomainError, type Clock, type Uuid } from '@entente/kernel';
import { sqlState, type Database } from '../database/database';
import { CHUNK } from './apply-rows';
import { headerNames, readCsv, type CsvRecord } from './csv-file';
import {
  claimImport,
  failImport,
  fileOf,
  finishImport,
  forgetCanceledFiles,
  holdImport,
  releaseImport,
  runImportChunk,
  type ImportJob,
} from './import-jobs';
import { rowReader, type ImportRow } from './read-row';

const MOST_FAILURES = 5;

interface OpenImport {
  readonly job: ImportJob;
  readonly records: AsyncGenerator<CsvRecord>;
  readonly read: (record: CsvRecord) => ImportRow | undefined;
}

/**
 * Takes in the rows of imports, a chunk at a time, each in one transaction with the job's cursor: a worker that is killed loses
 * nothing and repeats nothing. Of two workers the one with the lease works; the cursor keeps out one that has slept.
 */
export class ImportWorker {
  private open: OpenImport | undefined;
  private failures = 0;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly owner: Uuid,
  ) {}

  /** Does the next chunk. Gives whether there may be more to do. */
  async work(): Promise<boolean> {
    this.open ??= await this.next();
    if (!this.open) return false;
    try {
      await this.advance(this.open);
      this.failures = 0;
    } catch (error) {
      await this.fail(this.open, error);
    }
    return true;
  }

  private async next(): Promise<OpenImport | undefined> {
    const job = await claimImport(this.database, this.owner);
    if (!job) {
      await forgetCanceledFiles(this.database);
      return undefined;
    }
    const opened = await this.openFile(job);
    if (!opened) await failImport(this.database, job.id, 'The file is not there any more.');
    return opened;
  }

  /** Reads the file up to the cursor; undefined when there is none. */
  private async openFile(job: ImportJob): Promise<OpenImport | undefined> {
    const records = readCsv(fileOf(this.database, job.id), job.format);
    const { value: header, done } = await records.next();
    if (done) return undefined;
    for (let skipped = 0; skipped < job.cursor; skipped += 1) await records.next();
    return { job, records, read: rowReader(job.plan, headerNames(header.cells)) };
  }

  private async advance(open: OpenImport): Promise<void> {
    const { job, records } = open;
    if (!(await holdImport(this.database, job.id, this.owner))) return this.leave(open);
    const chunk = await take(records, CHUNK);
    if (chunk.length === 0) {
      await finishImport(this.database, job.id);
      return this.leave(open);
    }
    const rows = chunk.map(open.read).filter((row) => row !== undefined);
    const cursor = job.cursor + chunk.length;
    const moved = await runImportChunk(this.database, job, rows, cursor, this.clock.now());
    if (!moved) return this.leave(open);
    this.open = { ...open, job: { ...job, cursor } };
  }

  /** Rows that fail time after time end the import; a database that is away does not. */
  private async fail(open: OpenImport, error: unknown): Promise<void> {
    await this.leave(open);
    if (!isPassing(error)) this.failures += 1;
    if (this.failures < MOST_FAILURES) throw error;
    this.failures = 0;
    const near = open.job.cursor + 2;
    await failImport(this.database, open.job.id, `The rows from ${near} on could not be taken in.`);
  }

  private async leave({ job, records }: OpenImport): Promise<void> {
    this.open = undefined;
    await records.return(undefined);
    await releaseImport(this.database, job.id, this.owner);
  }
}

/** SQLSTATE classes of what another try may heal: connection, rollback, resources, operator. */
const PASSING = /^(?:08|40|53|57)/;

/** Whether another try may go well: not when the file or a row cannot be understood. */
function isPassing(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return PASSING.test(state);
  return !(error instanceof DomainError || error instanceof TypeError || error instanceof RangeError);
}

async function take(records: AsyncGenerator<CsvRecord>, most: number): Promise<CsvRecord[]> {
  const taken: CsvRecord[] = [];
  while (taken.length < most) {
    const { value, done } = await records.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
