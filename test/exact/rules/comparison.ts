import fc from 'fast-check';

const scalar = fc.constantFrom('x', 'y', 1, 2, true);
const number = fc.constantFrom(0, 1, 2);

/** What may stand behind a property: a bare value or operators. */
export const comparison: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  scalar.map((eq) => ({ eq })),
  scalar.map((ne) => ({ ne })),
  fc.array(scalar, { minLength: 1, maxLength: 3 }).map((list) => ({ in: list })),
  fc.array(scalar, { minLength: 1, maxLength: 3 }).map((list) => ({ notIn: list })),
  fc.boolean().map((exists) => ({ exists })),
  number.map((gt) => ({ gt })),
  number.map((gte) => ({ gte, lt: 2 })),
  number.map((lte) => ({ lte })),
);

/** What may stand beside a trait. */
export const operators = comparison.map((one) => (typeof one === 'object' ? one : { eq: one }) as object);
