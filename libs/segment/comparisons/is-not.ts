import type { Json } from '@entente/kernel';
import { refTo } from '../schema/schema';
import type { Operator } from './operator';
import * as table from './operator-table';

type Comparison = { readonly [operator: string]: Json };

/** Whatever does not pass a comparison by operators of a table, what is missing too. */
export const isNot = (operators: table.OperatorTable): Operator<Comparison> => ({
  expected: 'a value, or operators that do not all hold',
  schema: refTo('Comparison'),
  parse: (raw, path, findings) =>
    table.parseOperators(operators, raw, path, findings) as Comparison | undefined,
  test(operand) {
    const test = table.testOf(operators, operand);
    return (value, context) => !test(value, context);
  },
  edges: (operand) => table.edgesOf(operators, operand),
  compares(operand) {
    const parts = table.partsOf(operators, operand);
    const [first, ...others] = new Set(parts.map(([operator, one]) => operator.compares?.(one)));
    return others.length === 0 ? first : undefined;
  },
  steps: (operand) => table.stepsFor(operators, operand),
  depends: (operand, ofInstants) => table.dependenceOf(operators, operand, ofInstants),
  turns: (operand) => table.turnOf(operators, operand),
});
