import { isObject, type Json, type JsonObject } from '@entente/kernel';
import { bounds } from '../bounds';
import type { Findings } from '../findings';
import { besideIn, stepsOf, valueAt } from '../read';
import { refTo, type Schema } from '../schema/schema';
import { earliest } from '../sooner';
import type { Context, Dependence, Turn } from './operator';
import * as table from './operator-table';
import { expectedFilter, readFilter } from './read-filter';

type Comparison = { readonly [operator: string]: Json };

/** Comparisons by the dot path of a field, all of the same object. */
export type ObjectFilter = { readonly [path: string]: Comparison };

/** A rule does not say how long the lists are. */
const RECKONED = 10;

/** How objects in lists are filtered, by operators of a table. */
export const objectFilters = (operators: table.OperatorTable) => ({
  expected: `${expectedFilter}, all of the same object in the list`,
  schema: {
    type: 'object',
    additionalProperties: refTo('Comparison'),
    minProperties: 1,
    maxProperties: bounds.filters,
  } satisfies Schema,

  parse: (raw: unknown, path: string, findings: Findings): ObjectFilter | undefined =>
    readFilter(
      raw,
      'field',
      path,
      findings,
      (one, at) => table.parseOperators(operators, one, at, findings) as Comparison | undefined,
    ),

  /** Those objects in a list of which everything holds. */
  passing(filter: ObjectFilter): (value: Json | undefined, context: Context) => readonly JsonObject[] {
    const tests = Object.entries(filter).map(([path, comparison]) => ({
      steps: stepsOf(path),
      test: table.testOf(operators, comparison),
    }));
    const looksBeside = table.dependenceOfAll(operators, Object.values(filter)).beside.length > 0;
    return (value, context) =>
      objectsIn(value).filter((item) => {
        const own = looksBeside ? { ...context, beside: besideIn(item) } : context;
        return tests.every(({ steps, test }) => test(valueAt(item, steps), own));
      });
  },

  steps: (filter: ObjectFilter): number =>
    RECKONED * Object.values(filter).reduce((sum, one) => sum + table.stepsFor(operators, one), 0),

  /** What it reads beside a value is of the same object. */
  depends(filter: ObjectFilter): Dependence {
    const { onTime, onTraits } = table.dependenceOfAll(operators, Object.values(filter));
    return { onTime, onTraits };
  },

  turns(filter: ObjectFilter): Turn {
    const turns = Object.entries(filter).map(([path, comparison]) => ({
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
