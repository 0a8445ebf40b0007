import type { OperatorTable } from '../comparisons/operator-table';
import type { Schema } from './schema';

/** The operators of a table, each with its operand. */
export const operatorSchemas = (table: OperatorTable): Readonly<Record<string, Schema>> =>
  Object.fromEntries(
    Object.entries(table).map(([name, { schema, expected }]) => [name, { description: expected, ...schema }]),
  );
