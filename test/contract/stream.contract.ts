import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  advance,
  HEARTBEAT,
  isHeartbeat,
  PositionOutsideLog,
  PositionTaken,
  readPosition,
  readPositions,
  UnfitRecord,
  type NewRecord,
  type RecordBatch,
} from '@entente/stream';
import { partitionOf } from '../../libs/stream/partition-of';
import { openStream, PARTITIONS, type OpenStream, type StreamAddress } from './open-stream';
import { runUntilKilled } from './other-process';
import { byPlace, read, until } from './reader';

const numbered = (count: number, keys = 20): NewRecord[] =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index % keys}`, value: String(index) }));

/** What every adapter of the Stream port keeps. `address` is asked once the servers stand. */
export function describeStream(name: string, address: () => StreamAddress): void {
  describe(`${name} keeps the Stream contract`, () => {
    let topic: string;
    let opened: OpenStream[];
    let one: OpenStream;
    const open = async (on = topic): Promise<OpenStream> => {
      const next = await openStream(address(), on);
      opened.push(next);
      return next;
    };
    const store = (partition: number, from: bigint, next: bigint, through = 1_000) =>
      one.database.transaction((tx) =>
        advance(tx, { consumer: 'reader', topic, partition, from, next, through }),
      );
    const stored = (partition: number) =>
      readPosition(one.database, { consumer: 'reader', topic, partition });

    beforeEach(async () => {
      topic = `contract-${randomUUID()}`;
      opened = [];
      one = await open();
    });
    afterEach(async () => {
      await Promise.all(opened.map((each) => each.close()));
    });

    it('hands every record over once, those of one key in the order they were appended', async () => {
      const reader = await read(one);
      for (let start = 0; start < 500; start += 100)
        await one.stream.append(numbered(500).slice(start, start + 100));
      await until(
        () => reader.records.length >= 500,
        () => reader.troubles,
      );
      await sleep(50);
      for (let key = 0; key < 20; key += 1) {
        const values = reader.records
          .filter((record) => record.key === `k${key}`)
          .map(({ value }) => Number(value));
        expect(values).toEqual(Array.from({ length: 25 }, (_, index) => index * 20 + key));
      }
      expect(reader.records).toHaveLength(500);
      expect(reader.batches.every(({ records, from }) => records[0]!.position === from)).toBe(true);
    });

    it('keeps keys and values to the byte', async () => {
      const odd = [
        { key: 'user:é😀\n"\\', value: '{"text":"\\u0000 \u2028 \\\\ 😀 {}","list":["NULL",null]}' },
        { key: ' ', value: '' },
        { key: 'null', value: 'x'.repeat(300_000) },
      ];
      const reader = await read(one);
      await one.stream.append(odd);
      await until(
        () => reader.records.length === odd.length,
        () => reader.troubles,
      );
      expect(new Map(reader.records.map(({ key, value }) => [key, value]))).toEqual(
        new Map(odd.map(({ key, value }) => [key, value])),
      );
    });

    it('stamps the arrival itself, never going back within a partition', async () => {
      const reader = await read(one);
      const start = Date.now();
      for (let round = 0; round < 5; round += 1) {
        await one.stream.append(numbered(20));
        await sleep(5);
      }
      await until(() => reader.records.length === 100);
      const records = [...reader.records].sort(byPlace);
      for (const [index, { arrival, partition }] of records.entries()) {
        expect(Number.isInteger(arrival)).toBe(true);
        expect(arrival).toBeGreaterThanOrEqual(start - 5);
        expect(arrival).toBeLessThanOrEqual(Date.now() + 5);
        const before = records[index - 1];
        if (before?.partition === partition) expect(arrival).toBeGreaterThanOrEqual(before.arrival);
      }
    });

    it('gives positions without a hole while several processes append at once', async () => {
      const two = await open();
      const reader = await read(one);
      const batches = Array.from({ length: 40 }, (_, round) =>
        (round % 2 ? one : two).stream.append(numbered(25)),
      );
      await Promise.all(batches);
      await until(
        () => reader.records.length >= 1_000,
        () => reader.records.length,
      );
      const next = new Map<number, bigint>();
      for (const { partition, position } of reader.records) {
        expect(position).toBe(next.get(partition) ?? 0n);
        next.set(partition, position + 1n);
      }
      const bounds = await one.stream.bounds();
      for (const [partition, { next: end }] of bounds) expect(next.get(partition) ?? 0n).toBe(end);
    });

    it('has every acknowledged record after the appending process was killed', async () => {
      const { acknowledged } = await runUntilKilled(
        'append',
        address(),
        topic,
        (said) => said.acknowledged! >= 30,
      );
      const reader = await read(one);
      await until(() => reader.records.length > acknowledged!);
      const values = new Set(reader.values().map(Number));
      for (let number = 0; number <= acknowledged!; number += 1) expect(values).toContain(number);
    });

    it('resumes from the stored position', async () => {
      await one.stream.append(numbered(100));
      const first = await read(one, { maxRecords: 10 });
      await until(() => first.records.length >= 40);
      await first.consumption.stop();
      const seen = first.records.length;
      await sleep(50);
      expect(first.records).toHaveLength(seen);
      await one.stream.append(numbered(50));
      const two = await open();
      const second = await read(two, { maxRecords: 10 });
      await until(() => first.records.length + second.records.length >= 150);
      const places = [...first.records, ...second.records].map((r) => `${r.partition}/${r.position}`);
      expect(new Set(places).size).toBe(150);
      expect(first.batches.concat(second.batches).every(({ records }) => records.length <= 10)).toBe(true);
    });

    it('keeps consumers of different names apart', async () => {
      await one.stream.append(numbered(60));
      const readers = [await read(one, { consumer: 'a' }), await read(one, { consumer: 'b' })];
      for (const reader of readers) await until(() => reader.records.length === 60);
    });

    it('shares the partitions between two consumers without overlap, and gives them back', async () => {
      const two = await open();
      const first = await read(one);
      await until(() => first.consumption.assigned().length === PARTITIONS);
      const second = await read(two);
      await until(
        () => first.consumption.assigned().length === 2 && second.consumption.assigned().length === 2,
        () => [first.consumption.assigned(), second.consumption.assigned()],
      );
      const both = [...first.consumption.assigned(), ...second.consumption.assigned()];
      expect(both.sort()).toEqual([0, 1, 2, 3]);
      for (let round = 0; round < 10; round += 1) await one.stream.append(numbered(100));
      await until(() => first.records.length + second.records.length >= 1_000);
      await sleep(50);
      const places = [...first.records, ...second.records].map((r) => `${r.partition}/${r.position}`);
      expect(places).toHaveLength(1_000);
      expect(new Set(places).size).toBe(1_000);
      expect(second.records.length).toBeGreaterThan(0);
      await second.consumption.stop();
      await until(() => first.consumption.assigned().length === PARTITIONS);
      expect(second.consumption.assigned()).toEqual([]);
    });

    it('loses and repeats nothing while members come and go under load', async () => {
      const others = [await open(), await open()];
      const readers = [await read(one, { maxRecords: 20 })];
      for (let round = 0; round < 12; round += 1) {
        await one.stream.append(numbered(100));
        if (round === 3) readers.push(await read(others[0]!, { maxRecords: 20 }));
        if (round === 6) readers.push(await read(others[1]!, { maxRecords: 20 }));
        if (round === 8) await readers[1]!.consumption.stop();
      }
      await until(
        () => readers.flatMap((reader) => reader.records).length >= 1_200,
        () =>
          readers.map((reader) => [
            reader.records.length,
            reader.consumption.assigned(),
            reader.troubles.map(String),
          ]),
      );
      const places = readers.flatMap((reader) => reader.records).map((r) => `${r.partition}/${r.position}`);
      expect(new Set(places).size).toBe(1_200);
      expect(places).toHaveLength(1_200);
    });

    it('takes over from a process that died without stopping', async () => {
      await one.stream.append(numbered(80));
      const dead = await runUntilKilled('consume', address(), topic, (said) => said.read!.length >= 20);
      const reader = await read(one);
      const handled = async () => {
        let total = 0n;
        for (let partition = 0; partition < PARTITIONS; partition += 1)
          total += (await stored(partition))?.next ?? 0n;
        return total === 80n;
      };
      await until(handled, () => reader.troubles.map(String));
      expect(reader.records.length).toBeLessThanOrEqual(80 - dead.read!.length);
      await until(
        () => reader.consumption.assigned().length === PARTITIONS,
        () => reader.consumption.assigned(),
      );
    });

    it('goes on after the prefix that the handler took', async () => {
      await one.stream.append(numbered(60));
      const reader = await read(one, { prefix: (batch) => Math.ceil(batch.records.length / 2) });
      await until(() => reader.records.length === 60);
      const records = [...reader.records].sort(byPlace);
      expect(new Set(records.map((r) => `${r.partition}/${r.position}`)).size).toBe(60);
      expect(reader.troubles).toEqual([]);
    });

    it('tries a batch again, from the same place, after the handler failed', async () => {
      await one.stream.append(numbered(40));
      const failures = new Map<number, number>();
      const failTwice = ({ partition }: RecordBatch) => {
        const count = (failures.get(partition) ?? 0) + 1;
        failures.set(partition, count);
        if (count <= 2) throw new Error('resource missing');
      };
      const reader = await read(one, { before: failTwice });
      await until(
        () => reader.records.length === 40,
        () => reader.troubles.map(String),
      );
      expect(reader.batches.slice(0, 1)[0]!.from).toBe(0n);
      expect(new Set(reader.values()).size).toBe(40);
      expect(reader.troubles.length).toBeGreaterThan(0);
      expect(
        reader.troubles.every(({ fatal, error }) => !fatal && error.message === 'resource missing'),
      ).toBe(true);
    });

    it('gives a batch again, without haste, that the handler was not ready for', async () => {
      await one.stream.append(numbered(40));
      const others = numbered(40).filter(({ key }) => partitionOf(key, PARTITIONS) !== 1).length;
      let [offered, handled, ready] = [0, 0, Infinity];
      /** One partition waits until the others are read, and then for a while. */
      const wait = ({ partition, records }: RecordBatch) => {
        if (partition !== 1) {
          handled += records.length;
          return false;
        }
        if (handled < others) return true;
        offered += 1;
        ready = Math.min(ready, Date.now() + 400);
        return offered <= 3 || Date.now() < ready;
      };
      const reader = await read(one, { notYet: wait });
      await until(
        () => reader.records.length === 40,
        () => reader.troubles.map(String),
      );
      expect(offered).toBeLessThan(60);
      expect(reader.troubles).toEqual([]);
      expect(reader.records.slice(0, others).some(({ partition }) => partition === 1)).toBe(false);
    });

    it('promise 1: a zombie cannot commit what another consumer handled since', async () => {
      await one.stream.append([{ key: 'k', value: '1' }]);
      let partition = -1;
      let freeZombie = () => {};
      const held = new Promise<void>((resolve) => (freeZombie = resolve));
      let effects = 0;
      const zombie = await read(one, {
        before: async (batch) => {
          partition = batch.partition;
          await held;
          effects += 1;
        },
      });
      await until(() => partition >= 0);
      await store(partition, 0n, 1n);
      freeZombie();
      await until(() => zombie.troubles.length > 0);
      expect(zombie.troubles[0]!.error).toBeInstanceOf(PositionTaken);
      expect(zombie.records).toEqual([]);
      expect(effects).toBe(1);
      await one.stream.append([{ key: 'k', value: '2' }]);
      await until(
        () => zombie.values().join() === '2',
        () => zombie.values(),
      );
    });

    it('starts at the earliest record where no position is stored, and afresh in another topic', async () => {
      await one.stream.append(numbered(30));
      const reader = await read(one);
      await until(() => reader.records.length === 30);
      const other = await open(`${topic}-other`);
      await other.stream.append(numbered(10));
      const fresh = await read(other);
      await until(() => fresh.records.length === 10);
      expect(fresh.records.some(({ position }) => position === 0n)).toBe(true);
    });

    it.each([
      ['behind its end', 500n],
      ['before its beginning', -3n],
    ])(
      'stops the partition whose stored position is outside the log, %s, and no other',
      async (_, outside) => {
        await one.stream.append(numbered(100));
        await store(1, 0n, outside);
        const reader = await read(one);
        await until(() => reader.troubles.length > 0);
        const counts = await one.stream.bounds();
        const others = [0, 2, 3].reduce((sum, partition) => sum + Number(counts.get(partition)!.next), 0);
        await until(
          () => reader.records.length === others,
          () => reader.records.length,
        );
        await one.stream.append(numbered(100));
        await until(() => reader.records.length === others * 2);
        expect(reader.records.some(({ partition }) => partition === 1)).toBe(false);
        expect(reader.troubles).toHaveLength(1);
        expect(reader.troubles[0]).toMatchObject({ partition: 1, fatal: true });
        expect(reader.troubles[0]!.error).toBeInstanceOf(PositionOutsideLog);
        expect((await stored(1))!.next).toBe(outside);
      },
    );

    it('says so at once when the stored position is behind the end of an empty partition', async () => {
      await store(2, 0n, 7n);
      const reader = await read(one);
      await until(() => reader.troubles.length > 0);
      expect(reader.troubles[0]).toMatchObject({ partition: 2, fatal: true });
    });

    it('writes a heartbeat to the partition named, which carries `through` forward', async () => {
      const reader = await read(one);
      const positions = () => readPositions(one.database, { consumer: 'reader', topic });
      expect([...(await positions())]).toEqual([]);
      const start = Date.now();
      for (let partition = 0; partition < PARTITIONS; partition += 1) await one.stream.heartbeat(partition);
      await until(() => reader.records.length === PARTITIONS);
      expect(reader.records.every((record) => isHeartbeat(record) && record.value === HEARTBEAT)).toBe(true);
      expect(reader.records.map(({ partition }) => partition).sort()).toEqual([0, 1, 2, 3]);
      const through = [...(await positions()).values()].map((position) => position.through);
      expect([through.length, Math.min(...through) >= start - 5]).toEqual([PARTITIONS, true]);
    });

    it('tells the bounds of every partition', async () => {
      const empty = await one.stream.bounds();
      expect([...empty]).toEqual([0, 1, 2, 3].map((partition) => [partition, { first: 0n, next: 0n }]));
      await one.stream.heartbeat(3);
      await one.stream.heartbeat(3);
      expect((await one.stream.bounds()).get(3)).toEqual({ first: 0n, next: 2n });
    });

    it('refuses a record that can never get in, without harm to the others', async () => {
      const unfit = one.stream.append([...numbered(1), { key: 'long', value: 'x'.repeat(5_000_000) }]);
      await expect(unfit).rejects.toBeInstanceOf(UnfitRecord);
      await expect(one.stream.append([{ key: 'a\0', value: '1' }])).rejects.toBeInstanceOf(UnfitRecord);
      await one.stream.append([]);
      await one.stream.append(numbered(3));
      const reader = await read(one);
      await until(() => reader.records.length === 3);
    });

    it('hands a record over soon after it was appended', async () => {
      const late: number[] = [];
      const reader = await read(one);
      await until(() => reader.consumption.assigned().length === PARTITIONS);
      for (let round = 0; round < 30; round += 1) {
        const start = performance.now();
        await one.stream.append([{ key: `k${round}`, value: String(round) }]);
        await until(() => reader.records.length > round);
        late.push(performance.now() - start);
      }
      expect(late.sort((a, b) => a - b)[15]!).toBeLessThan(150);
    });

    it('closes within a second, in the middle of work too', async () => {
      const two = await open();
      await two.stream.append(numbered(200));
      const reader = await read(two, { maxRecords: 5 });
      await until(() => reader.records.length > 0);
      const start = performance.now();
      await two.stream.close();
      expect(performance.now() - start).toBeLessThan(1_000);
      expect(reader.consumption.assigned()).toEqual([]);
    });
  });
}
