import { asNumber } from './equality';
import type { Operator } from './operator';
import { orOther, type OtherOperand } from './other-operand';

/** Two numbers in order; anything that is no number compares false. */
const order = (
  holds: (value: number, operand: number) => boolean,
  settlesAbove: 0 | 1,
): Operator<number | OtherOperand> =>
  orOther<number>({
    expected: 'a number up to 2^53 - 1 (dates are compared by before and after)',
    schema: { type: 'number' },
    parse: asNumber,
    edges: (operand) => [operand],
    test: (operand) => (value) =>
      typeof value === 'number' && typeof operand === 'number' && holds(value, operand),
    settles: (operand) => operand + settlesAbove,
  });

export const gt = order((value, operand) => value > operand, 1);
export const gte = order((value, operand) => value >= operand, 0);
export const lt = order((value, operand) => value < operand, 0);
export const lte = order((value, operand) => value <= operand, 1);
