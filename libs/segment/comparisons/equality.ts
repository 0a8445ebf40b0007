import { bounds } from '../bounds';
import { scalar } from '../schema/schema';
import { isText } from '../read';
import type { Operator, Scalar } from './operator';
import { orOther } from './other-operand';

/** A number as comparisons take it, or undefined: beyond 2^53 - 1 it may not be the one that was written, and no event has such. */
export function asNumber(raw: unknown): number | undefined {
  if (typeof raw !== 'number' || Number.isNaN(raw) || Math.abs(raw) > Number.MAX_SAFE_INTEGER)
    return undefined;
  return raw === 0 ? 0 : raw;
}

/** A value as equality takes it, or undefined. */
export const asScalar = (raw: unknown): Scalar | undefined =>
  typeof raw === 'boolean' || isText(raw) || raw === '' ? raw : asNumber(raw);

const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const equality: Omit<Operator<Scalar>, 'test' | 'turns'> = {
  expected: `a text of up to ${bounds.text} characters, a number up to 2^53 - 1, true or false`,
  schema: scalar,
  parse: asScalar,
  edges: (operand) => [operand],
  compares: (operand) => (typeof operand === 'number' || typeof operand === 'boolean' ? undefined : 'text'),
  settles: (operand) => Number(operand) + 1,
};

export const eq = orOther<Scalar>({
  ...equality,
  test: (operand) => (value) => isScalar(value) && value === operand,
  only: (operand) => [operand],
});

/** Of the same type and different: a missing value is not "another" one. */
export const ne = orOther<Scalar>({
  ...equality,
  test: (operand) => (value) => isScalar(value) && typeof value === typeof operand && value !== operand,
});
