import { DAY, type Duration, type Instant, type Json } from '@entente/kernel';
import { bounds } from '../bounds';
import { heldIn, type MemoryKind } from './memory';

/**
 * Quarters of an hour, counted from 1970-01-01 in UTC. In every zone of today days begin with one of them, so what happened in each
 * tells what happened on the days of every zone.
 */
export const QUARTER = DAY / 96;
const quarterOf = (at: Instant): number => Math.floor(at / QUARTER);

type Kept<Quarters extends Json> = readonly [back: Duration, quarters: Quarters];

/** What is kept of when events happened, the size saying how long before the newest that may be. */
const ofInstants = <Quarters extends readonly Json[]>(
  name: string,
  taken: (before: Quarters, instants: readonly Instant[], size: Duration) => Quarters,
): MemoryKind<Kept<Quarters>> => {
  const none = [] as readonly Json[] as Quarters;
  return {
    name,
    meaning: 1,
    instantsOnly: true,
    add: (kept, { at }, size) => [size, taken(kept?.[1] ?? none, [at], size)],
    of: (items, size) => [
      size,
      taken(
        none,
        items.map(({ at }) => at),
        size,
      ),
    ],
    suffices: ([back], size) => back >= size,
    holds: heldIn,
  };
};

/** By days in UTC: the quarters with an event, as the bits of a hexadecimal number. */
type Days = readonly (readonly [day: number, bits: string])[];

/** The quarters of an hour in which something happened. */
export const quarterHours = ofInstants<Days>('quarters', (before, instants, size) => {
  const byDay = new Map(before.map(([day, bits]) => [day, BigInt(`0x${bits}`)]));
  for (const at of instants) {
    const day = Math.floor(at / DAY);
    const quarter = quarterOf(at - day * DAY);
    byDay.set(day, (byDay.get(day) ?? 0n) | (1n << BigInt(quarter)));
  }
  const days = [...byDay].sort(([a], [b]) => a - b);
  const oldest = days.at(-1)![0] - Math.ceil(size / DAY);
  return days.filter(([day]) => day >= oldest).map(([day, bits]) => [day, bits.toString(16)]);
});

const QUARTERS_OF_A_DIGIT = 4;

/** The beginnings of those quarters, in order. */
export function quartersOf(kept: Kept<Days> | undefined): Instant[] {
  const beginnings: Instant[] = [];
  for (const [day, bits] of kept?.[1] ?? [])
    for (let place = 0; place < bits.length; place += 1) {
      const digit = parseInt(bits[bits.length - 1 - place]!, 16);
      for (let bit = 0; bit < QUARTERS_OF_A_DIGIT; bit += 1)
        if ((digit >> bit) & 1) beginnings.push(day * DAY + (QUARTERS_OF_A_DIGIT * place + bit) * QUARTER);
    }
  return beginnings;
}

/** Ascending. */
type Counts = readonly (readonly [quarter: number, times: number])[];

/** How many of the latest events that are listed happened in each quarter of an hour. */
export const quarterCounts = ofInstants<Counts>('quarter-counts', (before, instants, size) => {
  const counts = new Map(before);
  for (const at of instants) counts.set(quarterOf(at), (counts.get(quarterOf(at)) ?? 0) + 1);
  const newest = [...counts].sort(([a], [b]) => b - a);
  const oldest = newest[0]![0] - Math.ceil(size / QUARTER);
  const kept: [number, number][] = [];
  let left: number = bounds.listed;
  for (const [quarter, times] of newest) {
    if (left === 0 || quarter < oldest) break;
    kept.push([quarter, Math.min(times, left)]);
    left -= Math.min(times, left);
  }
  return kept.reverse();
});

/** When those quarters begin, and how often something happened in each. */
export const countsOf = (kept: Kept<Counts> | undefined): (readonly [at: Instant, times: number])[] =>
  (kept?.[1] ?? []).map(([quarter, times]) => [quarter * QUARTER, times]);
