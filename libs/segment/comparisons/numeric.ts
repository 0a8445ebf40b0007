import type { Json } from '@entente/kernel';
import { bounds } from '../bounds';
import { eq, ne } from './equality';
import { noneOf, oneOf } from './one-of';
import type { Operator } from './operator';
import { gt, gte, lt, lte } from './order';

const number = { expected: 'a number up to 2^53 - 1', schema: { type: 'number' } } as const;
const numbers = {
  expected: `a list of 1 to ${bounds.values} numbers`,
  schema: { type: 'array', items: number.schema, minItems: 1, maxItems: bounds.values },
} as const;

/** An operator as it compares what is counted or added up: with numbers, and neither with texts nor with traits. */
const among = <Operand extends Json>(
  takes: Pick<Operator<Operand>, 'expected' | 'schema'>,
  operator: Operator<Operand>,
): Operator<Operand> => ({
  ...operator,
  ...takes,
  parse: (raw, path, findings) =>
    [raw].flat().every((one) => typeof one === 'number') ? operator.parse(raw, path, findings) : undefined,
});

/** The operators that counts and amounts are compared by. */
export const numeric = {
  eq: among(number, eq),
  ne: among(number, ne),
  in: among(numbers, oneOf),
  notIn: among(numbers, noneOf),
  gt: among(number, gt),
  gte: among(number, gte),
  lt: among(number, lt),
  lte: among(number, lte),
} as const;
