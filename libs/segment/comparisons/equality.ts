import { bounds } from '../bounds';
import { scalar } from '../schema/schema';
import { isText } from '../read';
import type { Operator, Scalar } from './operator';
import { orTrait } from './trait-operand';

/** A value as equality takes it, or undefined. */
export function asScalar(raw: unknown): Scalar | undefined {
  if (typeof raw === 'boolean' || isText(raw) || raw === '') return raw;
  if (typeof raw === 'number' && Number.isFinite(raw)) return raw === 0 ? 0 : raw;
  return undefined;
}

const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const equality: Omit<Operator<Scalar>, 'test' | 'turns'> = {
  expected: `a text of up to ${bounds.text} characters, a number, true or false`,
  schema: scalar,
  parse: asScalar,
  settles: (operand) => Number(operand) + 1,
};

export const eq = orTrait<Scalar>({
  ...equality,
  test: (operand) => (value) => isScalar(value) && value === operand,
  only: (operand) => [operand],
});

/** Of the same type and different: a missing value is not "another" one. */
export const ne = orTrait<Scalar>({
  ...equality,
  test: (operand) => (value) => isScalar(value) && typeof value === typeof operand && value !== operand,
});
