import fc from 'fast-check';
import type { Scale } from '../scale';

const scalar = fc.constantFrom('x', 'y', 1, 2, true);
const number = fc.constantFrom(0, 1, 2);
const list = fc.array(scalar, { minLength: 1, maxLength: 3 });
const text = fc.constantFrom('x', 'Y', 'XY');

/** What may stand behind a property: a bare value or operators. */
export const comparison: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  scalar.map((eq) => ({ eq })),
  scalar.map((ne) => ({ ne })),
  list.map((values) => ({ in: values })),
  list.map((values) => ({ notIn: values })),
  fc.boolean().map((exists) => ({ exists })),
  number.map((gt) => ({ gt })),
  number.map((gte) => ({ gte, lt: 2 })),
  number.map((lte) => ({ lte })),
  text.map((contains) => ({ contains })),
  text.map((startsWith) => ({ startsWith })),
  text.map((endsWith) => ({ endsWith })),
  fc.constantFrom('^x', '(?i)y$', '[xX]y').map((matches) => ({ matches })),
  list.map((hasAny) => ({ hasAny })),
  list.map((hasAll) => ({ hasAll })),
  fc.constantFrom<unknown>(1, 2, { gt: 1 }, { lte: 1 }).map((size) => ({ size })),
);

/** Comparisons with another trait. */
const another = fc
  .tuple(
    fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'before', 'after'),
    fc.constantFrom('a', 'b', 'o.c', 'd'),
  )
  .map(([operator, trait]) => ({ [operator]: { trait } }));

/** What may stand beside a trait. */
export const operators: fc.Arbitrary<object> = fc.oneof(
  { arbitrary: comparison.map((one) => (typeof one === 'object' ? one! : { eq: one })), weight: 3 },
  { arbitrary: another, weight: 1 },
);

/** A window, exact or by the calendar. */
export const window = ({ windows, calendars }: Scale): fc.Arbitrary<unknown> =>
  fc.constantFrom<unknown>(
    ...windows.map(({ text }) => text),
    ...calendars.map((calendar) => ({ calendar })),
  );

/** What may stand beside a trait that is a date. */
export const dateOperators = (scale: Scale): fc.Arbitrary<object> => {
  const date = fc.constantFrom(...scale.dates);
  const ahead = fc.constantFrom('P1D', 'P2D', 'P360D');
  return fc.oneof(
    date.map((before) => ({ before })),
    date.map((after) => ({ after })),
    date.map((value) => ({ onDay: value.slice(0, 10) })),
    window(scale).map((withinLast) => ({ withinLast })),
    window(scale).map((withinNext) => ({ withinNext })),
    window(scale).map((moreThanAgo) => ({ moreThanAgo })),
    fc.constant({ anniversary: 'today' }),
    ahead.map((withinNext) => ({ anniversary: { withinNext } })),
    ahead.map((withinLast) => ({ anniversary: { withinLast } })),
    another,
  );
};
