import { objectFilters, type ObjectFilter } from './object-filter';
import type { Operator } from './operator';
import type { OperatorTable } from './operator-table';

/** A list with an object in it of which all comparisons hold, by operators of a table. */
export function some(operators: OperatorTable): Operator<ObjectFilter> {
  const { passing, ...filters } = objectFilters(operators);
  return {
    ...filters,
    test(operand) {
      const passingIn = passing(operand);
      return (value, context) => passingIn(value, context).length > 0;
    },
  };
}
