import fc from 'fast-check';
import type { Scale } from '../scale';
import { beside, byName, comparison, movingFilter, starts } from './comparison';

const number = fc.constantFrom(0, 1, 2);

export const count = fc.oneof(
  fc.integer({ min: 1, max: 3 }).chain((n) => fc.constantFrom<unknown>(n, { gte: n }, { lt: n }, { ne: n })),
  number.chain((n) => fc.constantFrom<unknown>(n, { gt: n }, { lte: n }, { notIn: [n] })),
  fc.constantFrom<unknown>({ gte: 1, lte: 2 }, { gt: 1, lt: 3 }, { in: [0, 2] }, { gte: 1, ne: 2 }),
);

export const amount = fc
  .constantFrom(-1.5, 0, 0.1, 0.3, 1, 2, 3.5)
  .chain((n) =>
    fc.constantFrom<object>({ gt: n }, { gte: n }, { lt: n }, { lte: n }, { eq: n }, { in: [n, 1] }),
  );

export const of = fc.constantFrom('n', 'n', 'n', 'n', 'p', 'q.r', 'q\\.r', 'p[]', 'p[].r', 'p[].s');
/** A field of an object, and a property whose name has a dot in it. */
const field = fc.constantFrom('q.r', 'q.r', 'q\\.r');
const asObject = (one: unknown): object => (typeof one === 'object' ? (one as object) : { eq: one });

/** A filter on properties, or on two of them; now and then one that moves. */
export const where = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    { arbitrary: comparison.map((p): object => ({ p })), weight: 6 },
    {
      arbitrary: fc.tuple(comparison, field, comparison).map(([p, path, q]) => ({ p, [path]: q })),
      weight: 6,
    },
    { arbitrary: beside.map((p) => ({ p })), weight: 1 },
    {
      arbitrary: fc
        .tuple(
          comparison,
          fc.oneof(
            comparison.map((one) => ({ 'q.r': one })),
            movingFilter(scale),
          ),
          comparison,
        )
        .map(([p, other, q]) => ({ $any: [{ p }, other], ...(typeof q === 'object' && { q }) })),
      weight: 2,
    },
    { arbitrary: movingFilter(scale), weight: 3 },
    { arbitrary: byName(scale), weight: 2 },
  );

const amounts = ['sum', 'average', 'min', 'max'].map((name) =>
  fc.tuple(of, amount).map(([property, one]) => ({ [name]: { of: property, ...one } })),
);

/** A measure as a condition's fields, or none. */
export const measures = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    { arbitrary: fc.constant({}), weight: 2 },
    { arbitrary: count.map((one) => ({ count: one })), weight: 4 },
    ...amounts.map((arbitrary) => ({ arbitrary, weight: 1 })),
    {
      arbitrary: fc
        .tuple(of, fc.constantFrom(1, 50, 67, 99), amount)
        .map(([property, at, one]) => ({ percentile: { of: property, at, ...one } })),
      weight: 1,
    },
    {
      arbitrary: fc
        .tuple(fc.oneof({ arbitrary: of, weight: 5 }, { arbitrary: fc.constant('$name'), weight: 1 }), count)
        .map(([property, one]) => ({ distinct: { of: property, ...asObject(one) } })),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(fc.constantFrom('first', 'last'), fc.option(where(scale), { nil: {} }))
        .map(([edge, filter]) => ({ [edge]: filter })),
      weight: 2,
    },
  );

/** Regularity, which says its own period. */
export const regular = ({ windows }: Scale): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.constantFrom('day', 'week', 'month', ...windows.map(({ text }) => text)),
      starts,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom<object>({ gte: 1 }, { gte: 2 }, { eq: 1 }, { lt: 2 }),
      fc.constantFrom<object>({}, { times: 1 }, { times: { gte: 2 } }, { times: { lte: 2 } }),
    )
    .filter(([, , many, one]) => many > 1 || 'eq' in one || JSON.stringify(one) === '{"gte":1}')
    .chain(([unit, begins, many, one, times]) =>
      fc
        .constantFrom<unknown>(many, many, [-many, -1], [-many - 1, -2])
        .map((of) => ({ regular: { in: unit, ...begins[unit], of, ...one, ...times } })),
    );
