import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionOf } from './partition-of';

const kafkaPartition = Partitioners.DefaultPartitioner();
const metadata = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    partitionErrorCode: 0,
    replicas: [],
    isr: [],
  }));

it("places a key where Kafka's default partitioner does", () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 64 }), (key, count) => {
      const expected = kafkaPartition({
        topic: 't',
        partitionMetadata: metadata(count),
        message: { key, value: '' },
      });
      expect(partitionOf(key, count)).toBe(expected);
    }),
  );
});

it('spreads keys over all partitions', () => {
  const counts = new Array<number>(6).fill(0);
  for (let user = 0; user < 6_000; user += 1) counts[partitionOf(`user:${user}`, 6)]! += 1;
  for (const count of counts) expect(count).toBeGreaterThan(800);
});
