import type { Operator } from './operator';

/** Two numbers in order; anything that is no number compares false. */
function order(holds: (value: number, operand: number) => boolean, settlesAbove: 0 | 1): Operator<number> {
  return {
    expected: 'a number',
    parse: (raw) => (typeof raw === 'number' && Number.isFinite(raw) ? (raw === 0 ? 0 : raw) : undefined),
    holds: (value, operand) => typeof value === 'number' && holds(value, operand),
    settles: (operand) => operand + settlesAbove,
  };
}

export const gt = order((value, operand) => value > operand, 1);
export const gte = order((value, operand) => value >= operand, 0);
export const lt = order((value, operand) => value < operand, 0);
export const lte = order((value, operand) => value <= operand, 1);
