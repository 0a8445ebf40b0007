import { setAside } from '@entente/storage';
import { advance, type Consumption, type LogRecord, type RecordBatch, type Trouble } from '@entente/stream';
import { isDataError, reasonOf } from './data-error';
import type { Engine } from './engine';
import { handleRecords, MustWait, type RecordRun } from './handle-records';
import { consumer } from './through';

/** Records handled in one transaction. */
const batchSize = 2_000;

/** How long to leave the other partitions time to be read before a record that waits for them is tried again. */
const patience = 10;

export interface StreamListener {
  /** After each batch that was handled. */
  onHandled(): void;
  onTrouble(trouble: Trouble): void;
}

/** Reads the stream: every batch in one transaction with its position. */
export const consumeStream = (engine: Engine, listener: StreamListener): Promise<Consumption> =>
  engine.stream.consume({
    consumer,
    maxRecords: batchSize,
    handle: async (batch) => {
      await handleBatch(engine, batch);
      listener.onHandled();
    },
    onTrouble: (trouble) => listener.onTrouble(trouble),
  });

/** Handles a batch as far as it can be handled now; the stream gives the rest again. */
export async function handleBatch(engine: Engine, batch: RecordBatch): Promise<void> {
  if (batch.records.length === 0) return;
  try {
    await handleOrHalve(engine, batch);
  } catch (error) {
    if (!(error instanceof MustWait)) throw error;
    await handleUpTo(engine, batch, error);
  }
}

/** A run that fails for what is in it is halved until the record that is to blame stands alone; it fails there once more, or is fine. */
async function handleOrHalve(engine: Engine, run: RecordRun): Promise<void> {
  try {
    await handleRecords(engine, run);
  } catch (error) {
    if (error instanceof MustWait || !isDataError(error)) throw error;
    const [record] = run.records;
    if (run.records.length === 1) return handleOnceMore(engine, run, record!);
    const middle = run.records.length >> 1;
    const rest = run.records.slice(middle);
    await handleOrHalve(engine, { ...run, records: run.records.slice(0, middle) });
    await handleOrHalve(engine, { ...run, from: after(run.records[middle - 1]!), records: rest });
  }
}

async function handleOnceMore(engine: Engine, run: RecordRun, record: LogRecord): Promise<void> {
  try {
    await handleRecords(engine, run);
  } catch (error) {
    if (error instanceof MustWait || !isDataError(error)) throw error;
    const { partition } = run;
    const { key, value, position, arrival } = record;
    await engine.database.transaction(async (tx) => {
      await advance(tx, positionAfter(engine, run, record));
      const place = { consumer, topic: engine.stream.topic, partition, position };
      await setAside(tx, { ...place, key, value, arrival, reason: reasonOf(error) });
    });
    engine.report('a record was set aside', error, { partition, position: String(position) });
  }
}

const positionAfter = (engine: Engine, run: RecordRun, record: LogRecord) => ({
  consumer,
  topic: engine.stream.topic,
  partition: run.partition,
  from: run.from,
  next: after(record),
  through: record.arrival - 1,
});

const after = (record: LogRecord): bigint => record.position + 1n;

/** Handles what comes before a record that must wait, tells how far this partition is read, and lets the others come up. */
async function handleUpTo(engine: Engine, run: RecordRun, wait: MustWait): Promise<void> {
  const index = run.records.findIndex((record) => record.position === wait.position);
  const before = run.records.slice(0, index);
  if (before.length > 0) await handleOrHalve(engine, { ...run, records: before });
  const from = index > 0 ? after(run.records[index - 1]!) : run.from;
  const through = run.records[index]!.arrival - 1;
  const { partition } = run;
  await engine.database.transaction((tx) =>
    advance(tx, { consumer, topic: engine.stream.topic, partition, from, next: from, through }),
  );
  await engine.through.urge(engine.database, wait.due);
  await new Promise((resolve) => setTimeout(resolve, patience));
}
