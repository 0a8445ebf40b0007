import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { DAY, toIso } from '@entente/kernel';
import { advance, openPostgresStream, StreamBusy, type PostgresStream } from '@entente/stream';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { read, until, type Reader } from './reader';

const topic = 'events';
let test: TestDatabase;
let stream: PostgresStream;
let now = Date.parse('2026-03-01T12:00:00Z');

beforeEach(async () => {
  test = await testDatabase();
  const { database } = test;
  stream = await openPostgresStream({ database, topic, partitions: 2, clock: { now: () => now } });
});
afterEach(async () => {
  await stream.close();
  await test.close();
});

const consume = (): Promise<Reader> =>
  read({ stream, database: test.database, close: () => Promise.resolve() });

/** A transaction of another process that appends to the partitions and waits before it commits. */
async function openAppend(partitions: string, values: string): Promise<Client> {
  const client = new Client({ connectionString: test.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(
    `SELECT stream_append('events', $1::int[], array_fill(1, ARRAY[cardinality($1::int[])]), array_agg(slot::int),
       array_agg(0), array_agg('k'::text), array_agg($2 || slot), $3) FROM generate_subscripts($1::int[], 1) AS slot`,
    [partitions, values, toIso(now)],
  );
  return client;
}

it('never lets a reader pass a record that commits later', async () => {
  const reader = await consume();
  const slow = await openAppend('{0}', 'slow');
  const quick = await openAppend('{1}', 'quick');
  let behind: Client | undefined;
  const waiting = openAppend('{0}', 'behind').then((client) => (behind = client));
  await quick.query('COMMIT');
  await until(() => reader.values().join() === 'quick1');
  await sleep(100);
  expect(behind).toBeUndefined();
  expect(reader.values()).toEqual(['quick1']);
  await slow.query('COMMIT');
  await (await waiting).query('COMMIT');
  await until(() => reader.records.length === 3);
  expect(reader.values()).toEqual(['quick1', 'slow1', 'behind1']);
  expect(reader.records.map(({ position }) => position)).toEqual([0n, 0n, 1n]);
  for (const client of [slow, quick, behind!]) await client.end();
});

it('leaves no hole where an append was rolled back', async () => {
  const failed = await openAppend('{0,1}', 'failed');
  await failed.query('ROLLBACK');
  await failed.end();
  expect((await stream.bounds()).get(0)).toEqual({ first: 0n, next: 0n });
});

it('never stamps an arrival earlier than the one before it', async () => {
  const start = now;
  const reader = await consume();
  for (const shift of [0, 5_000, -2 * DAY, 3 * DAY]) {
    now = start + shift;
    await stream.heartbeat(0);
  }
  now = start;
  await until(() => reader.records.length === 4);
  const shifts = reader.records.map(({ arrival }) => arrival - start);
  expect(shifts).toEqual([0, 5_000, 5_000, 3 * DAY]);
});

it('drops whole days that every consumer has read, and no others', async () => {
  const start = now;
  for (let day = 0; day < 4; day += 1) {
    now = start + day * DAY;
    await stream.heartbeat(0);
  }
  const key = { consumer: 'reader', topic, partition: 0, through: now };
  await test.database.transaction((tx) => advance(tx, { ...key, from: 0n, next: 2n }));
  expect(await stream.trim(now - DAY)).toBeGreaterThanOrEqual(2);
  expect((await stream.bounds()).get(0)).toEqual({ first: 2n, next: 4n });
  expect(await stream.trim(now + 9 * DAY)).toBe(0);
  const reader = await consume();
  await until(() => reader.records.length === 2);
  expect(await stream.trim(now + 9 * DAY)).toBeGreaterThan(0);
  expect((await stream.bounds()).get(0)).toEqual({ first: 4n, next: 4n });
  await stream.heartbeat(0);
  await until(() => reader.records.length === 3);
  expect(reader.records.at(-1)!.position).toBe(4n);
  now = start;
});

it('goes on when the server ends every connection', async () => {
  const reader = await consume();
  await stream.append([{ key: 'k', value: 'before' }]);
  await until(() => reader.records.length === 1);
  const killer = new Client({ connectionString: test.url });
  await killer.connect();
  const { rowCount: ended } = await killer.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()`,
  );
  await killer.end();
  const append = async () => {
    for (;;) {
      const error = await stream.append([{ key: 'k', value: 'after' }]).catch((failure: unknown) => failure);
      if (!error) return;
      expect(error).toBeInstanceOf(StreamBusy);
    }
  };
  await append();
  await until(
    () => reader.values().includes('after'),
    () => [ended, reader.troubles.map(String)],
  );
  expect(ended).toBeGreaterThan(0);
});

it('keeps the number of partitions that a topic has', async () => {
  const { database } = test;
  const fewer = await openPostgresStream({ database, topic, partitions: 1 });
  expect(fewer.partitions).toBe(2);
  await fewer.close();
});
