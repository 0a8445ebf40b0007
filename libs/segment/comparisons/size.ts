import { bounds } from '../bounds';
import { refTo } from '../schema/schema';
import { countTest, parseCount, type NumberComparison } from './count';
import type { Operator } from './operator';

/** How many items a list has. */
export const size: Operator<NumberComparison> = {
  expected: 'a whole number, or operators with whole numbers',
  schema: refTo('NumberComparison'),
  parse: (raw, path, findings) => parseCount(raw, path, bounds.size, findings),
  test(operand) {
    const passes = countTest(operand);
    return (value) => Array.isArray(value) && passes(value.length);
  },
};
