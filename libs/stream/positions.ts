import { toIso, type Instant } from '@entente/kernel';
import type { Tx } from '@entente/storage';

/** One consumer's place in one partition. A topic of another name starts afresh. */
export interface PositionKey {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
}

export interface Position {
  /** The first position not consumed yet. */
  readonly next: bigint;
  /** Every record that arrived before this instant is consumed. */
  readonly through: Instant;
}

/** Another consumer moved this partition's position: whoever meets this is late, and must roll back. */
export class PositionTaken extends Error {
  constructor({ consumer, topic, partition }: PositionKey, expected: bigint) {
    super(`${consumer} is no longer at ${expected} of ${topic}/${partition}`);
    this.name = 'PositionTaken';
  }
}

/** The stored position, undefined when the consumer never finished a batch of this partition. */
export async function readPosition(tx: Tx, key: PositionKey): Promise<Position | undefined> {
  const [row] = await tx.query<{ next: string; through: Date | number }>(
    'SELECT next, through FROM stream_position WHERE consumer = $1 AND topic = $2 AND partition = $3',
    [key.consumer, key.topic, key.partition],
  );
  return row && { next: BigInt(row.next), through: Number(row.through) };
}

/**
 * Moves the position from `from` to `next`, and locks it until the transaction ends. Where none is stored yet, `from` is the
 * partition's earliest record. `through` is the arrival of the last record consumed; an earlier one than stored is ignored.
 * Throws `PositionTaken` when the stored position is not `from`.
 */
export async function advance(
  tx: Tx,
  to: PositionKey & { readonly from: bigint; readonly next: bigint; readonly through: Instant },
): Promise<void> {
  const moved = await tx.prepared(
    `INSERT INTO stream_position AS stored (consumer, topic, partition, next, through) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (consumer, topic, partition) DO UPDATE
     SET next = excluded.next, through = greatest(stored.through, excluded.through) WHERE stored.next = $6 RETURNING 1`,
    [to.consumer, to.topic, to.partition, String(to.next), instantText(to.through), String(to.from)],
  );
  if (moved.length === 0) throw new PositionTaken(to, to.from);
}

/** The stored positions of all partitions; those of which the consumer never finished a batch are absent. */
export async function readPositions(
  tx: Tx,
  { consumer, topic }: Omit<PositionKey, 'partition'>,
): Promise<Map<number, Position>> {
  const rows = await tx.prepared<{ partition: number; next: string; through: Date | number }>(
    'SELECT partition, next, through FROM stream_position WHERE consumer = $1 AND topic = $2',
    [consumer, topic],
  );
  return new Map(
    rows.map(({ partition, next, through }) => [partition, { next: BigInt(next), through: Number(through) }]),
  );
}

const instantText = (instant: Instant): string => (instant === -Infinity ? '-infinity' : toIso(instant));
