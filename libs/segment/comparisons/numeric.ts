import { eq, ne } from './equality';
import { noneOf, oneOf } from './one-of';
import { gt, gte, lt, lte } from './order';

/** The operators that counts are compared by. */
export const numeric = { eq, ne, in: oneOf, notIn: noneOf, gt, gte, lt, lte } as const;
