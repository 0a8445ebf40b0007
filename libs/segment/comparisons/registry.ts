import { exists } from './exists';
import { hasAll, hasAny } from './list';
import { numeric } from './numeric';
import { matches } from './pattern';
import { size } from './size';
import { contains, endsWith, startsWith } from './text';

/** Adding an operator is one file and one line here; traits and event properties read this table. */
export const operators = {
  ...numeric,
  exists,
  contains,
  startsWith,
  endsWith,
  matches,
  hasAny,
  hasAll,
  size,
} as const;

export type OperatorName = keyof typeof operators;
export const operatorNames = Object.keys(operators) as OperatorName[];
