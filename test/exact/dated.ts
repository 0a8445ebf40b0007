import fc from 'fast-check';
import type { JsonObject } from '@entente/kernel';
import type { Scale } from './scale';

/** Texts, and Unix time in seconds and milliseconds. */
export const dated = ({ dates, start, tick }: Scale): fc.Arbitrary<JsonObject[string]> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...dates), weight: 6 },
    { arbitrary: fc.integer({ min: -2, max: 24 }).map((n) => start + n * tick), weight: 1 },
    { arbitrary: fc.integer({ min: -2, max: 24 }).map((n) => (start + n * tick) / 1_000), weight: 1 },
  );
