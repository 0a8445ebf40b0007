import { isObject, type Json, type JsonObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { stepsOf, valueAt } from '../read';
import { refTo } from '../schema/schema';
import { earliest } from '../sooner';
import type { Operator } from './operator';
import * as table from './operator-table';
import { expectedFilter, readFilter } from './read-filter';

type Comparison = { readonly [operator: string]: Json };
type ByPath = { readonly [path: string]: Comparison };

/** A rule does not say how long the lists are. */
const RECKONED = 10;

/** A list with an object in it of which all comparisons hold, by operators of a table. */
export const some = (operators: table.OperatorTable): Operator<ByPath> => ({
  expected: `${expectedFilter}, all of the same object in the list`,
  schema: {
    type: 'object',
    additionalProperties: refTo('Comparison'),
    minProperties: 1,
    maxProperties: bounds.filters,
  },

  parse: (raw, path, findings) =>
    readFilter(
      raw,
      'field',
      path,
      findings,
      (one, at) => table.parseOperators(operators, one, at, findings) as Comparison | undefined,
    ),

  test(operand) {
    const tests = Object.entries(operand).map(([path, comparison]) => ({
      steps: stepsOf(path),
      test: table.testOf(operators, comparison),
    }));
    return (value, context) =>
      objectsIn(value).some((item) => tests.every(({ steps, test }) => test(valueAt(item, steps), context)));
  },

  steps: (operand) =>
    RECKONED * Object.values(operand).reduce((sum, one) => sum + table.stepsFor(operators, one), 0),

  depends: (operand) => table.movesBy(operators, Object.values(operand)),

  turns(operand) {
    const turns = Object.entries(operand).map(([path, comparison]) => ({
      steps: stepsOf(path),
      turn: table.turnOf(operators, comparison),
    }));
    return (value, context) =>
      earliest(
        objectsIn(value).flatMap((item) =>
          turns.map(({ steps, turn }) => turn(valueAt(item, steps), context)),
        ),
      );
  },
});

const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value.filter(isObject) as JsonObject[]) : [];
