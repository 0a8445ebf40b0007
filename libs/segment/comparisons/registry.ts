import { anniversary } from './anniversary';
import { after, before, onDay } from './before-after';
import { dayOfMonth, hour, month, weekday } from './date-part';
import { during } from './during';
import { eq, ne } from './equality';
import { exists } from './exists';
import { moreThanAgo, withinLast, withinNext } from './from-now';
import { has } from './has';
import { hasAll, hasAny } from './list';
import { inside } from './inside';
import { isNot } from './is-not';
import { near } from './near';
import { noneOf, oneOf } from './one-of';
import { objects } from './objects';
import type { OperatorTable } from './operator-table';
import { gt, gte, lt, lte } from './order';
import { matches } from './pattern';
import { size } from './size';
import { some } from './some';
import { contains, endsWith, startsWith } from './text';
import { version } from './version';

/** Adding an operator is one file and one line here. */
const plain = {
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
  version,
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
  inside,
} as const;

const withOpposite = { ...plain, isNot: isNot(plain) } as const;
const comparing = { ...withOpposite, has: has(withOpposite) } as const;

/** The same and what looks into lists of objects, by the operators that compare what these have. */
function lookingInto(inside: OperatorTable) {
  const all = { ...plain, has: has(withOpposite), some: some(inside), objects: objects(inside) } as const;
  return { ...all, isNot: isNot(all) } as const;
}

/** What traits and event properties are compared by: lists in lists, and no further. */
export const operators = lookingInto(lookingInto(comparing));

export type OperatorName = keyof typeof operators;
export const operatorNames = Object.keys(operators) as OperatorName[];
