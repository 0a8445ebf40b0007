import { DAY, type Duration, type Instant } from '@entente/kernel';
import { heldIn, type MemoryKind } from './memory';

/** In days counted from 1970-01-01 in UTC: the quarters of an hour with an event, as the bits of a hexadecimal number. */
type Quarters = readonly [day: number, bits: string];

export type QuarterHours = readonly [back: Duration, days: readonly Quarters[]];

const QUARTER = DAY / 96;

/**
 * The quarters of an hour in which something happened, the size saying how long ago that may be. In every zone of today days
 * begin with one of them, so they tell the days of each.
 */
export const quarterHours: MemoryKind<QuarterHours> = {
  name: 'quarters',
  meaning: 1,
  instantsOnly: true,

  add: (kept, { at }, size) => [size, withQuarters(kept?.[1] ?? [], [at], size)],

  of: (items, size) => [
    size,
    withQuarters(
      [],
      items.map(({ at }) => at),
      size,
    ),
  ],

  suffices: ([back], size) => back >= size,
  holds: heldIn,
};

function withQuarters(before: readonly Quarters[], instants: readonly Instant[], size: Duration): Quarters[] {
  const byDay = new Map(before.map(([day, bits]) => [day, BigInt(`0x${bits}`)]));
  for (const at of instants) {
    const day = Math.floor(at / DAY);
    const quarter = Math.floor((at - day * DAY) / QUARTER);
    byDay.set(day, (byDay.get(day) ?? 0n) | (1n << BigInt(quarter)));
  }
  const days = [...byDay].sort(([a], [b]) => a - b);
  const oldest = days.at(-1)![0] - Math.ceil(size / DAY);
  return days.filter(([day]) => day >= oldest).map(([day, bits]) => [day, bits.toString(16)]);
}

const QUARTERS_OF_A_DIGIT = 4;

/** The beginnings of those quarters, in order. */
export function quartersOf(kept: QuarterHours | undefined): Instant[] {
  const beginnings: Instant[] = [];
  for (const [day, bits] of kept?.[1] ?? [])
    for (let place = 0; place < bits.length; place += 1) {
      const digit = parseInt(bits[bits.length - 1 - place]!, 16);
      for (let bit = 0; bit < QUARTERS_OF_A_DIGIT; bit += 1)
        if ((digit >> bit) & 1) beginnings.push(day * DAY + (QUARTERS_OF_A_DIGIT * place + bit) * QUARTER);
    }
  return beginnings;
}
