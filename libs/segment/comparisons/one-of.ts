import { canonicalJson } from '@entente/kernel';
import { bounds } from '../bounds';
import { scalars } from '../schema/schema';
import { asScalar } from './equality';
import type { Operator, Scalar } from './operator';

/** A list of values as an operand, sorted, each once: their order means nothing. */
export const listOperand = {
  expected: `a list of 1 to ${bounds.values} texts, numbers, true or false`,
  schema: scalars,

  parse(raw: unknown): readonly Scalar[] | undefined {
    if (!Array.isArray(raw) || raw.length === 0 || raw.length > bounds.values) return undefined;
    const values = raw.map(asScalar);
    if (values.includes(undefined)) return undefined;
    const byText = new Map((values as Scalar[]).map((value) => [canonicalJson(value), value]));
    return [...byText.keys()].sort().map((text) => byText.get(text)!);
  },
};

const compares = (operand: readonly Scalar[]) =>
  operand.some((item) => typeof item === 'string') ? 'text' : undefined;
const settles = (operand: readonly Scalar[]): number => Math.max(...operand.map(Number)) + 1;

export const oneOf: Operator<readonly Scalar[]> = {
  ...listOperand,
  edges: (operand) => operand,
  test(operand) {
    const values = new Set<unknown>(operand);
    return (value) => values.has(value);
  },
  only: (operand) => operand,
  compares,
  settles,
};

/** Of a type that the list has, and not in it. */
export const noneOf: Operator<readonly Scalar[]> = {
  ...listOperand,
  edges: (operand) => operand,
  test(operand) {
    const values = new Set<unknown>(operand);
    const types = new Set<string>(operand.map((item) => typeof item));
    return (value) => types.has(typeof value) && !values.has(value);
  },
  compares,
  settles,
};
