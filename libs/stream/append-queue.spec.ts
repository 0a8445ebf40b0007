import { AppendQueue, type PlacedRecord } from './append-queue';
import { StreamBusy, UnfitRecord } from './stream';

const record = (value: string, key = 'k'): PlacedRecord => ({ key, value, partition: 0 });
const records = (count: number) => Array.from({ length: count }, (_, index) => record(String(index)));

function heldWrites() {
  const writes: { values: string[]; finish: (error?: Error) => void }[] = [];
  const write = (written: readonly PlacedRecord[]) =>
    new Promise<void>((resolve, reject) => {
      const values = written.map(({ value }) => value);
      writes.push({ values, finish: (error) => (error ? reject(error) : resolve()) });
    });
  return { writes, write };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
const limits = { maxWriteRecords: 10, maxWriteBytes: 1_000 };

it('collects what is appended while a write runs, and keeps its order', async () => {
  const { writes, write } = heldWrites();
  const queue = new AppendQueue({ write, ...limits });
  const first = queue.append([record('a')]);
  await turn();
  const others = [queue.append([record('b'), record('c')]), queue.append([record('d')])];
  await turn();
  expect(writes.map(({ values }) => values)).toEqual([['a']]);
  writes[0]!.finish();
  await first;
  await turn();
  expect(writes[1]!.values).toEqual(['b', 'c', 'd']);
  writes[1]!.finish();
  await Promise.all(others);
  await queue.close();
});

it('writes no more at once than allowed, and resolves after the last part', async () => {
  const { writes, write } = heldWrites();
  const queue = new AppendQueue({ write, ...limits });
  let done = false;
  const append = queue.append(records(25)).then(() => (done = true));
  for (const [index, length] of [10, 10, 5].entries()) {
    await turn();
    expect(done).toBe(false);
    expect(writes[index]!.values).toHaveLength(length);
    writes[index]!.finish();
  }
  await append;
  expect(writes.flatMap(({ values }) => values)).toEqual(records(25).map(({ value }) => value));
});

it('is busy when too much waits, and takes more afterwards', async () => {
  const { writes, write } = heldWrites();
  const queue = new AppendQueue({ write, ...limits, maxQueuedRecords: 5 });
  const first = queue.append(records(1));
  await turn();
  const second = queue.append(records(5));
  await expect(queue.append(records(1))).rejects.toBeInstanceOf(StreamBusy);
  writes[0]!.finish();
  await first;
  await turn();
  const third = queue.append(records(1));
  writes[1]!.finish();
  await second;
  await turn();
  writes[2]!.finish();
  await third;
});

it('fails the appends of a failed write with its cause, and no others', async () => {
  const { writes, write } = heldWrites();
  const queue = new AppendQueue({ write, ...limits });
  const failing = queue.append(records(2));
  const outcome = failing.catch((error: unknown) => error);
  await turn();
  const next = queue.append(records(1));
  const cause = new Error('disk full');
  writes[0]!.finish(cause);
  await expect(outcome).resolves.toMatchObject({ name: 'StreamBusy', cause });
  await turn();
  writes[1]!.finish();
  await next;
});

it.each([
  ['a NUL character in its key', record('{}', 'a\0b')],
  ['too many bytes', record('x'.repeat(1_001))],
])('refuses a record with %s before anything is written', async (_, bad) => {
  const { writes, write } = heldWrites();
  const queue = new AppendQueue({ write, ...limits });
  await expect(queue.append([record('fine'), bad])).rejects.toBeInstanceOf(UnfitRecord);
  await turn();
  expect(writes).toEqual([]);
});

it('takes nothing after it was closed', async () => {
  const queue = new AppendQueue({ write: () => Promise.resolve(), ...limits });
  await queue.close();
  await expect(queue.append(records(1))).rejects.toBeInstanceOf(StreamBusy);
});
