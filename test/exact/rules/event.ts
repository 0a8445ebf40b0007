import fc from 'fast-check';
import type { Scale } from '../scale';
import { comparison } from './comparison';
import type { ArbitraryKind } from './kind';

const number = fc.constantFrom(0, 1, 2);
const count = fc.oneof(
  fc.integer({ min: 1, max: 3 }).chain((n) => fc.constantFrom<unknown>(n, { gte: n }, { lt: n }, { ne: n })),
  number.chain((n) => fc.constantFrom<unknown>(n, { gt: n }, { lte: n }, { notIn: [n] })),
  fc.constantFrom<unknown>({ gte: 1, lte: 2 }, { gt: 1, lt: 3 }, { in: [0, 2] }, { gte: 1, ne: 2 }),
);

/** A filter on properties, or on two of them. */
export const where = fc.oneof(
  comparison.map((p) => ({ p })),
  fc.tuple(comparison, comparison).map(([p, q]) => ({ p, 'q.r': q })),
);

/** The fields that say when and how often. */
export const howOften = ({ windows, calendars }: Scale) => ({
  within: fc.constantFrom<unknown>(
    ...windows.map(({ text }) => text),
    ...calendars.map((calendar) => ({ calendar })),
  ),
  count,
});

export const event: ArbitraryKind = (scale) =>
  fc.record({ event: fc.constantFrom('X', 'Y'), where, ...howOften(scale) }, { requiredKeys: ['event'] });
