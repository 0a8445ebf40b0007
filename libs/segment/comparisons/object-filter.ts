import { isObject, type Json, type JsonObject } from '@entente/kernel';
import type { Findings } from '../findings';
import { besideIn, CONTEXT, isOfProperties, NAME, stepsOf, valueAt } from '../read';
import { refTo } from '../schema/schema';
import { earliest } from '../sooner';
import { RECKONED_ITEMS, withBeside, type Context, type Dependence, type Turn } from './operator';
import * as table from './operator-table';
import { comparisonsIn, expectedFilter, readFilter, testOfFilter, type FilterOf } from './filter-of';

type Comparison = { readonly [operator: string]: Json };

/** Comparisons by the dot path of a field, of the same object. */
export type ObjectFilter = FilterOf<Comparison>;

/** How objects in lists are filtered, by operators of a table. */
export function objectFilters(operators: table.OperatorTable) {
  const dependenceOf = (filter: ObjectFilter) =>
    table.dependenceOfAll(
      operators,
      comparisonsIn(filter).map(([, comparison]) => comparison),
    );
  /** An event's name and what was around it are beside its properties, not beside fields of an object. */
  const ofObject = (comparison: Comparison | undefined, path: string, findings: Findings) =>
    comparison && !table.dependenceOf(operators, comparison).beside.every(isOfProperties)
      ? findings.mistake(
          comparison,
          path,
          'path',
          `"${NAME}" and "${CONTEXT}" are of events.`,
          'a field of the same object',
        )
      : comparison;
  return {
    expected: `${expectedFilter}, all of the same object in the list`,
    schema: refTo('Filter'),

    parse: (raw: unknown, path: string, findings: Findings): ObjectFilter | undefined =>
      readFilter(raw, 'field', path, findings, (one, at) =>
        ofObject(table.parseOperators(operators, one, at, findings) as Comparison | undefined, at, findings),
      ),

    /** Those objects in a list of which everything holds. */
    passing(filter: ObjectFilter): (value: Json | undefined, context: Context) => readonly JsonObject[] {
      const test = testOfFilter<Comparison, JsonObject>(filter, (path, comparison) => {
        const [steps, passes] = [stepsOf(path), table.testOf(operators, comparison)];
        return (item, context) => passes(valueAt(item, steps), context);
      });
      const looksBeside = dependenceOf(filter).beside.length > 0;
      return (value, context) =>
        objectsIn(value).filter((item) =>
          test(item, looksBeside ? withBeside(context, besideIn(item)) : context),
        );
    },

    steps: (filter: ObjectFilter): number =>
      RECKONED_ITEMS *
      comparisonsIn(filter).reduce((sum, [, one]) => sum + table.stepsFor(operators, one), 0),

    /** What it reads beside a value is of the same object. */
    depends(filter: ObjectFilter): Dependence {
      const { onTime, onTraits } = dependenceOf(filter);
      return { onTime, onTraits };
    },

    turns(filter: ObjectFilter): Turn {
      const turns = comparisonsIn(filter).map(([path, comparison]) => ({
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
  };
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value.filter(isObject) as JsonObject[]) : [];
