import type { Json } from '@entente/kernel';
import { listOperand } from './one-of';
import type { Operator, Scalar } from './operator';

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** A list that has at least one of the values. */
export const hasAny: Operator<readonly Scalar[]> = {
  ...listOperand,
  test(operand) {
    const wanted = new Set<Json>(operand);
    return (value) => isList(value) && value.some((item) => wanted.has(item));
  },
};

/** A list that has every one of the values. */
export const hasAll: Operator<readonly Scalar[]> = {
  ...listOperand,
  test: (operand) => (value) => {
    if (!isList(value)) return false;
    const items = new Set<Json>(value);
    return operand.every((item) => items.has(item));
  },
};
