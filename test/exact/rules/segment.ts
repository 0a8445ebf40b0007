import fc from 'fast-check';
import type { ArbitraryKind } from './kind';

/** Names one of the segments below this one, or one that does not exist. */
export const segment: ArbitraryKind = (_scale, below) =>
  fc.integer({ min: -1, max: below - 1 }).map((index) => ({ segment: `s${index}` }));
