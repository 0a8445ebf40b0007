import { toIso, type Clock, type Instant } from '@entente/kernel';
import { intArray, sqlState, textArray, type Database } from '@entente/storage';
import type { PlacedRecord } from '../append-queue';
import type { Bounds, LogRecord } from '../stream';

/** Where one consumer stands in one partition, and what the log has of it. */
export interface Standing extends Bounds {
  readonly stored: bigint | undefined;
}

const NO_DAY_FOR_ROW = '23514';
const DAYS_AHEAD = 3;

/** The statements of the log that PostgreSQL keeps. */
export class PostgresLog {
  constructor(
    readonly database: Database,
    readonly topic: string,
    private readonly clock?: Clock,
  ) {}

  /** Makes what the topic needs and gives its number of partitions, which is never lowered. */
  async open(partitions: number): Promise<number> {
    await this.database.run(
      `INSERT INTO stream_partition (topic, partition) SELECT $1, generate_series(0, $2::int - 1)
       ON CONFLICT DO NOTHING`,
      [this.topic, partitions],
    );
    await this.addDays();
    return (await this.bounds()).size;
  }

  /** Appends in one transaction, in the order given. */
  async write(records: readonly PlacedRecord[]): Promise<void> {
    const parameters = [this.topic, ...arraysOf(records), this.now()];
    const append = () =>
      this.database.query('SELECT stream_append($1, $2, $3, $4, $5, $6, $7, $8)', parameters);
    try {
      await append();
    } catch (error) {
      if (sqlState(error) !== NO_DAY_FOR_ROW) throw error;
      await this.addDays();
      await append();
    }
  }

  /** Makes the tables of the days to come. */
  async addDays(): Promise<void> {
    await this.database.query(
      `SELECT stream_add_days(day, $3) FROM (
         SELECT DISTINCT (greatest(last_arrival, coalesce($2::timestamptz, clock_timestamp())) AT TIME ZONE 'UTC')::date AS day
         FROM stream_partition WHERE topic = $1) days`,
      [this.topic, this.now(), DAYS_AHEAD],
    );
  }

  /** Drops whole days before this instant that every consumer on record has read; gives how many. */
  async trim(before: Instant): Promise<number> {
    const [row] = await this.database.query<{ dropped: number }>('SELECT stream_trim($1) AS dropped', [
      toIso(before),
    ]);
    return row!.dropped;
  }

  async bounds(): Promise<Map<number, Bounds>> {
    const rows = await this.database.query<{ partition: number; first: string; next: string }>(
      'SELECT partition, first, next FROM stream_partition WHERE topic = $1 ORDER BY partition',
      [this.topic],
    );
    return new Map(rows.map((row) => [row.partition, { first: BigInt(row.first), next: BigInt(row.next) }]));
  }

  async standing(consumer: string, partition: number): Promise<Standing> {
    const [row] = await this.database.query<{ first: string; next: string; stored: string | null }>(
      `SELECT log.first, log.next, stored.next AS stored FROM stream_partition log
       LEFT JOIN stream_position stored
         ON stored.consumer = $1 AND stored.topic = log.topic AND stored.partition = log.partition
       WHERE log.topic = $2 AND log.partition = $3`,
      [consumer, this.topic, partition],
    );
    const { first, next, stored } = row!;
    return { first: BigInt(first), next: BigInt(next), stored: stored === null ? undefined : BigInt(stored) };
  }

  /** Records from a position on. `arrivedFrom` names the days to look into: nothing wanted arrived before. */
  async read(partition: number, from: bigint, limit: number, arrivedFrom: Instant): Promise<LogRecord[]> {
    const rows = await this.database.query<{ position: string; arrival: Date; key: string; value: string }>(
      `SELECT position, arrival, key, value FROM stream_record
       WHERE topic = $1 AND partition = $2 AND position >= $3 AND arrival >= $4
       ORDER BY position LIMIT $5`,
      [this.topic, partition, String(from), timeText(arrivedFrom), limit],
    );
    return rows.map(({ position, arrival, key, value }) => ({
      position: BigInt(position),
      arrival: arrival.getTime(),
      key,
      value,
    }));
  }

  private now(): string | null {
    return this.clock ? toIso(this.clock.now()) : null;
  }
}

const timeText = (instant: Instant): string => (instant === -Infinity ? '-infinity' : toIso(instant));

/** The array parameters of stream_append: partitions ascending, then slot, ordinal, key and value of each record. */
function arraysOf(records: readonly PlacedRecord[]): Buffer[] {
  const partitions = [...new Set(records.map(({ partition }) => partition))].sort((a, b) => a - b);
  const slotOf = new Map(partitions.map((partition, index) => [partition, index]));
  const counts = partitions.map(() => 0);
  const slots: number[] = [];
  const ordinals: number[] = [];
  for (const { partition } of records) {
    const slot = slotOf.get(partition)!;
    slots.push(slot + 1);
    ordinals.push(counts[slot]!++);
  }
  return [
    ...[partitions, counts, slots, ordinals].map(intArray),
    textArray(records.map(({ key }) => key)),
    textArray(records.map(({ value }) => value)),
  ];
}
