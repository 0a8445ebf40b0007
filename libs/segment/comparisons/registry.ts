import type { Json } from '@entente/kernel';
import { eq, ne } from './equality';
import { exists } from './exists';
import { noneOf, oneOf } from './one-of';
import type { Operator } from './operator';
import { gt, gte, lt, lte } from './order';

/** Adding an operator is one file and one line here; traits, event properties and counts all read this table. */
export const operators = { eq, ne, in: oneOf, notIn: noneOf, exists, gt, gte, lt, lte } as const;

export type OperatorName = keyof typeof operators;
export const operatorNames = Object.keys(operators) as OperatorName[];

/** An operator whose operand is known to be its own: comparisons are made by `parseComparison` only. */
export const operatorOf = (name: string): Operator<Json> =>
  operators[name as OperatorName] as unknown as Operator<Json>;
