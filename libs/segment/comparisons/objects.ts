import { isObject, type Json } from '@entente/kernel';
import { bounds } from '../bounds';
import { below } from '../findings';
import { closed } from '../schema/schema';
import { operatorSchemas } from '../schema/operator-schemas';
import { countTest, parseCount, type NumberComparison } from './count';
import { numeric } from './numeric';
import { objectFilters, type ObjectFilter } from './object-filter';
import type { Operator } from './operator';
import type { OperatorTable } from './operator-table';

const expected =
  'a filter in "where", and a comparison with whole numbers: { "where": { "kind": "dog" }, "gte": 2 }';

type Asked = { readonly where: ObjectFilter; readonly [operator: string]: Json };

const countIn = ({ where: _, ...count }: Asked): NumberComparison => count;

/** A list with so many objects in it of which all comparisons hold, by operators of a table. */
export function objects(operators: OperatorTable): Operator<Asked> {
  const { parse, passing, schema, steps, depends, turns } = objectFilters(operators);
  return {
    expected,
    schema: { ...closed({ where: schema, ...operatorSchemas(numeric) }, ['where']), minProperties: 2 },

    parse(raw, path, findings) {
      if (!isObject(raw) || raw['where'] === undefined) return undefined;
      const { where, ...rest } = raw;
      const filter = parse(where, below(path, 'where'), findings);
      if (Object.keys(rest).length === 0)
        return findings.add(path, 'no-comparison', 'It is not said how many there are.', expected);
      const count = parseCount(rest, path, bounds.size, findings);
      return filter && count && ({ ...count, where: filter } as Asked);
    },

    test(operand) {
      const passingIn = passing(operand.where);
      const passes = countTest(countIn(operand));
      return (value, context) => Array.isArray(value) && passes(passingIn(value, context).length);
    },

    steps: ({ where }) => steps(where),
    depends: ({ where }) => depends(where),
    turns: ({ where }) => turns(where),
  };
}
