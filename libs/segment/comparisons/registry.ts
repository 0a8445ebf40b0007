import { anniversary } from './anniversary';
import { after, before, onDay } from './before-after';
import { eq, ne } from './equality';
import { exists } from './exists';
import { moreThanAgo, withinLast, withinNext } from './from-now';
import { hasAll, hasAny } from './list';
import { noneOf, oneOf } from './one-of';
import { gt, gte, lt, lte } from './order';
import { matches } from './pattern';
import { size } from './size';
import { contains, endsWith, startsWith } from './text';

/** Adding an operator is one file and one line here; traits and event properties read this table. */
export const operators = {
  eq,
  ne,
  in: oneOf,
  notIn: noneOf,
  gt,
  gte,
  lt,
  lte,
  exists,
  contains,
  startsWith,
  endsWith,
  matches,
  hasAny,
  hasAll,
  size,
  before,
  after,
  onDay,
  withinLast,
  withinNext,
  moreThanAgo,
  anniversary,
} as const;

export type OperatorName = keyof typeof operators;
export const operatorNames = Object.keys(operators) as OperatorName[];
