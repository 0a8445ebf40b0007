import { DAY, type Duration, type Instant } from '@entente/kernel';
import { heldIn, type MemoryKind } from './memory';

/** How often something happened in a quarter of an hour, which are counted from 1970-01-01 in UTC; in order. */
type Counts = readonly (readonly [quarter: number, times: number])[];

export type QuarterCounts = readonly [back: Duration, counts: Counts];

const QUARTER = DAY / 96;

/**
 * How often something happened in each quarter of an hour, the size saying how long ago that may be. In every zone of today days
 * begin with one of them.
 */
export const quarterCounts: MemoryKind<QuarterCounts> = {
  name: 'quarter-counts',
  meaning: 1,
  instantsOnly: true,

  add: (kept, { at }, size) => [size, withCounts(kept?.[1] ?? [], [at], size)],

  of: (items, size) => [
    size,
    withCounts(
      [],
      items.map(({ at }) => at),
      size,
    ),
  ],

  suffices: ([back], size) => back >= size,
  holds: heldIn,
};

function withCounts(before: Counts, instants: readonly Instant[], size: Duration): Counts {
  const counts = new Map(before);
  for (const at of instants) {
    const quarter = Math.floor(at / QUARTER);
    counts.set(quarter, (counts.get(quarter) ?? 0) + 1);
  }
  const all = [...counts].sort(([a], [b]) => a - b);
  const oldest = all.at(-1)![0] - Math.ceil(size / QUARTER);
  return all.filter(([quarter]) => quarter >= oldest);
}

/** When those quarters begin, and how often something happened in each. */
export const countsOf = (kept: QuarterCounts | undefined): (readonly [at: Instant, times: number])[] =>
  (kept?.[1] ?? []).map(([quarter, times]) => [quarter * QUARTER, times]);
