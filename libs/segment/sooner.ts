import type { Instant } from '@entente/kernel';

/** The earliest of some instants, if there is any. */
export function earliest(instants: Iterable<Instant | undefined>): Instant | undefined {
  let first: Instant | undefined;
  for (const instant of instants) first = sooner(first, instant);
  return first;
}

/** The earlier of two, either of which may be none. */
export const sooner = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;
