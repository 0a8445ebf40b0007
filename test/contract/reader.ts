import { setTimeout as sleep } from 'node:timers/promises';
import {
  advance,
  type ConsumeOptions,
  type Consumption,
  type LogRecord,
  type RecordBatch,
  type Trouble,
} from '@entente/stream';
import type { OpenStream } from './open-stream';

export interface ReadRecord extends LogRecord {
  readonly partition: number;
}

/** Consumes like an engine would: what it keeps in memory counts only once the position is committed. */
export interface Reader {
  readonly records: ReadRecord[];
  readonly batches: RecordBatch[];
  readonly troubles: Trouble[];
  readonly consumption: Consumption;
  values(): string[];
}

export const byPlace = (a: ReadRecord, b: ReadRecord): number =>
  a.partition - b.partition || Number(a.position - b.position);

export async function read(
  { stream, database }: OpenStream,
  options: Partial<ConsumeOptions> & {
    /** How many records of a batch to handle: all when absent. */
    readonly prefix?: (batch: RecordBatch) => number;
    /** Whether to return without having moved the position. */
    readonly notYet?: (batch: RecordBatch) => boolean;
    /** Runs before the position moves. */
    readonly before?: (batch: RecordBatch) => Promise<void> | void;
  } = {},
): Promise<Reader> {
  const consumer = options.consumer ?? 'reader';
  const reader = { records: [] as ReadRecord[], batches: [] as RecordBatch[], troubles: [] as Trouble[] };
  const consumption = await stream.consume({
    consumer,
    maxRecords: 1_000,
    onTrouble: (trouble) => reader.troubles.push(trouble),
    handle: async (batch) => {
      reader.batches.push(batch);
      if (options.notYet?.(batch)) return;
      await options.before?.(batch);
      const handled = batch.records.slice(0, options.prefix?.(batch) ?? batch.records.length);
      const last = handled.at(-1)!;
      const { topic, partition, from } = batch;
      const to = { consumer, topic, partition, from, next: last.position + 1n, through: last.arrival };
      await database.transaction((tx) => advance(tx, to));
      reader.records.push(...handled.map((record) => ({ ...record, partition })));
    },
    ...options,
  });
  return { ...reader, consumption, values: () => reader.records.map(({ value }) => value) };
}

/** Waits until a condition holds; fails with what was there instead. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: () => unknown = () => '',
  ms = 20_000,
) {
  for (const end = Date.now() + ms; !(await holds()); await sleep(10))
    if (Date.now() > end) throw new Error(`still not so after ${ms} ms: ${holds} ${JSON.stringify(what())}`);
}
