import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { openKafkaStream, PositionOutsideLog, StreamBusy, UnfitTopic } from '@entente/stream';
import { startKafka, type TestKafka } from '../support/kafka';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { withKafka } from './kafka-or-skip';
import { openStream, type OpenStream } from './open-stream';
import { read, until } from './reader';

withKafka('a Kafka broker that is killed or misused', () => {
  let test: TestDatabase;
  let kafka: TestKafka;
  let admin: Admin;
  let topic: string;
  let opened: OpenStream[] = [];
  const open = async () => {
    const stream = await openStream({ adapter: 'kafka', url: test.url, brokers: kafka.brokers }, topic);
    opened.push(stream);
    return stream;
  };

  beforeAll(async () => {
    const started = await startKafka({ own: true });
    if ('missing' in started) throw new Error(started.missing);
    [kafka, test] = [started, await testDatabase()];
    admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  }, 400_000);
  afterAll(async () => {
    await admin?.disconnect();
    await test?.close();
    await kafka?.stop();
  });
  beforeEach(() => {
    topic = `broker-${randomUUID()}`;
  });
  afterEach(async () => {
    await Promise.all(opened.map((each) => each.close()));
    opened = [];
  });

  it('promise 1: no acknowledged record is lost with the broker, and reading goes on by itself', async () => {
    const { stream, database } = await open();
    const reader = await read({ stream, database, close: () => Promise.resolve() });
    const acknowledged: string[] = [];
    let writing = true;
    const refused: unknown[] = [];
    const writer = (async () => {
      for (let number = 0; writing; number += 1) {
        const value = String(number);
        const append = stream.append([{ key: `k${number % 9}`, value }]);
        await append.then(
          () => acknowledged.push(value),
          (error: unknown) => refused.push(error),
        );
      }
    })();
    await until(() => reader.records.length > 50);
    await kafka.kill9();
    const before = acknowledged.length;
    await sleep(500);
    await kafka.restart();
    await until(
      () => acknowledged.length > before + 50,
      () => [before, acknowledged.length, refused.map(String)],
    );
    writing = false;
    await writer;
    const all = () => {
      const values = new Set(reader.values());
      return acknowledged.every((value) => values.has(value));
    };
    await until(all, () => [acknowledged.length, reader.records.length, reader.troubles.map(String)]);
    expect(refused.every((error) => error instanceof StreamBusy)).toBe(true);
    const places = reader.records.map((r) => `${r.partition}/${r.position}`);
    expect(new Set(places).size).toBe(places.length);
  }, 60_000);

  it('is busy while the broker is away', async () => {
    const { stream } = await open();
    await stream.append([{ key: 'k', value: '1' }]);
    await kafka.kill9();
    await expect(stream.append([{ key: 'k', value: '2' }])).rejects.toBeInstanceOf(StreamBusy);
    await kafka.restart();
    const append = async (): Promise<boolean> =>
      stream.append([{ key: 'k', value: '3' }]).then(
        () => true,
        () => false,
      );
    await until(append);
  }, 60_000);

  it('refuses a topic whose records carry the stamps of their producers', async () => {
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await expect(open()).rejects.toBeInstanceOf(UnfitTopic);
  });

  it('takes a topic with more partitions as it is, and adds to one with fewer', async () => {
    const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
    await admin.createTopics({ topics: [{ topic, numPartitions: 6, configEntries }] });
    const { stream, database } = await open();
    expect(stream.partitions).toBe(6);
    const wider = await openKafkaStream({
      database,
      topic,
      partitions: 8,
      brokers: kafka.brokers,
      clientId: 'wider',
    });
    expect(wider.partitions).toBe(8);
    await wider.heartbeat(7);
    expect((await wider.bounds()).get(7)).toEqual({ first: 0n, next: 1n });
    await wider.close();
  });

  it('stops the partition whose records were trimmed before they were read', async () => {
    const { stream, database } = await open();
    for (let number = 0; number < 200; number += 1) await stream.heartbeat(1);
    const first = await read(
      { stream, database, close: () => Promise.resolve() },
      { before: () => sleep(50), maxRecords: 5 },
    );
    await until(() => first.records.length >= 5);
    await first.consumption.stop();
    await admin.fetchTopicOffsets(topic); // kafkajs deletes only where it knows the leader
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '100' }] });
    const second = await read(await open());
    await until(
      () => second.troubles.length > 0,
      () => first.records.length,
    );
    expect(second.troubles[0]).toMatchObject({ partition: 1, fatal: true });
    expect(second.troubles[0]!.error).toBeInstanceOf(PositionOutsideLog);
    await stream.heartbeat(2);
    await until(() => second.records.length === 1);
  });
});
