import { anniversary } from './anniversary';
import { after, before, onDay } from './before-after';
import { dayOfMonth, hour, month, weekday } from './date-part';
import { during } from './during';
import { eq, ne } from './equality';
import { exists } from './exists';
import { moreThanAgo, withinLast, withinNext } from './from-now';
import { hasAll, hasAny } from './list';
import { near } from './near';
import { noneOf, oneOf } from './one-of';
import { gt, gte, lt, lte } from './order';
import { matches } from './pattern';
import { size } from './size';
import { some } from './some';
import { contains, endsWith, startsWith } from './text';

/** Adding an operator is one file and one line here. */
export const itemOperators = {
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
  during,
  anniversary,
  weekday,
  month,
  dayOfMonth,
  hour,
  near,
} as const;

/** What traits and event properties are compared by: what the items of a list are, and lists of such. */
export const operators = { ...itemOperators, some: some(itemOperators) } as const;

export type OperatorName = keyof typeof operators;
export const operatorNames = Object.keys(operators) as OperatorName[];
