import { bounds } from '../bounds';
import { isText } from '../read';
import type { Operator, Scalar } from './operator';

/** A value as equality takes it, or undefined. */
export function asScalar(raw: unknown): Scalar | undefined {
  if (typeof raw === 'boolean' || isText(raw) || raw === '') return raw;
  if (typeof raw === 'number' && Number.isFinite(raw)) return raw === 0 ? 0 : raw;
  return undefined;
}

const expected = `a text of up to ${bounds.text} characters, a number, true or false`;
const settles = (operand: Scalar): number => Number(operand) + 1;

export const eq: Operator<Scalar> = {
  expected,
  parse: asScalar,
  holds: (value, operand) => value === operand,
  only: (operand) => [operand],
  settles,
};

/** Of the same type and different: a missing value is not "another" one. */
export const ne: Operator<Scalar> = {
  expected,
  parse: asScalar,
  holds: (value, operand) => typeof value === typeof operand && value !== operand,
  settles,
};
