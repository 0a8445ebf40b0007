import { anyOf, date, pairOf, refTo, type Schema } from '../schema/schema';
import type { HowOften } from './behavior';
import { measureSchemas } from './measures/registry';
import type { PeriodFields } from './parse-period';

export const periodSchemas = {
  within: refTo('Window'),
  before: anyOf(refTo('Window'), date),
  after: date,
  during: refTo('During'),
  between: anyOf(pairOf(refTo('Window')), pairOf(date)),
} satisfies Record<keyof PeriodFields, Schema>;

/** The fields that say when and how often. */
export const howOftenSchemas = {
  ...periodSchemas,
  since: refTo('Series'),
  ...measureSchemas,
} satisfies Record<keyof HowOften, Schema>;
