import { canonicalJson } from '@entente/kernel';
import { bounds } from '../bounds';
import { asScalar } from './equality';
import type { Operator, Scalar } from './operator';

const expected = `a list of 1 to ${bounds.values} texts, numbers, true or false`;
const settles = (operand: readonly Scalar[]): number => Math.max(...operand.map(Number)) + 1;

/** The values sorted, each once: their order means nothing. */
function parse(raw: unknown): readonly Scalar[] | undefined {
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > bounds.values) return undefined;
  const values = raw.map(asScalar);
  if (values.includes(undefined)) return undefined;
  const byText = new Map((values as Scalar[]).map((value) => [canonicalJson(value), value]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}

export const oneOf: Operator<readonly Scalar[]> = {
  expected,
  parse,
  holds: (value, operand) => operand.includes(value as Scalar),
  only: (operand) => operand,
  settles,
};

/** Of a type that the list has, and not in it. */
export const noneOf: Operator<readonly Scalar[]> = {
  expected,
  parse,
  holds: (value, operand) =>
    operand.some((item) => typeof item === typeof value) && !operand.includes(value as Scalar),
  settles,
};
