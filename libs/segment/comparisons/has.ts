import type { Json } from '@entente/kernel';
import { refTo } from '../schema/schema';
import { earliest } from '../sooner';
import { RECKONED_ITEMS, type Operator } from './operator';
import * as table from './operator-table';

type Comparison = { readonly [operator: string]: Json };

/** A list with an item that passes a comparison by operators of a table. */
export const has = (operators: table.OperatorTable): Operator<Comparison> => ({
  expected: 'a value, or operators that one item of the list passes, such as { "startsWith": "vip-" }',
  schema: refTo('Comparison'),
  parse: (raw, path, findings) =>
    table.parseOperators(operators, raw, path, findings) as Comparison | undefined,
  test(operand) {
    const test = table.testOf(operators, operand);
    return (value, context) => itemsOf(value).some((item) => test(item, context));
  },
  steps: (operand) => RECKONED_ITEMS * table.stepsFor(operators, operand),
  depends: (operand) => table.dependenceOf(operators, operand),
  turns(operand) {
    const turn = table.turnOf(operators, operand);
    return (value, context) => earliest(itemsOf(value).map((item) => turn(item, context)));
  },
});

const itemsOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];
