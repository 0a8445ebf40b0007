import type { PlacedRecord } from './append-queue';
import { partitionOf } from './partition-of';
import { HEARTBEAT, type NewRecord } from './stream';

/** Records with the partitions of their keys. */
export const placed = (records: readonly NewRecord[], partitions: number): PlacedRecord[] =>
  records.map(({ key, value }) => ({ key, value, partition: partitionOf(key, partitions) }));

export const heartbeatFor = (partition: number): PlacedRecord => ({ key: '', value: HEARTBEAT, partition });
