import type { Operator } from './operator';

/** Whether there is a value, of any type. Null is no value. */
export const exists: Operator<boolean> = {
  expected: 'true or false',
  schema: { type: 'boolean' },
  parse: (raw) => (typeof raw === 'boolean' ? raw : undefined),
  edges: () => [],
  test: (operand) => (value) => (value !== undefined && value !== null) === operand,
};
