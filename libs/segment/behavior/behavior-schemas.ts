import { bounds } from '../bounds';
import { numeric } from '../comparisons/numeric';
import { startSchemas } from '../parse-starts';
import { operatorSchemas } from '../schema/operator-schemas';
import { anyOf, closed, date, path, refTo, word, type Schema } from '../schema/schema';
import type { HowOften } from './behavior';
import { mailSchemas } from './mail';
import { regularUnits } from './measures/regular';
import { seriesSchemas } from './named';
import type { PeriodFields } from './parse-period';

const pair = (one: Schema): Schema => ({ type: 'array', items: one, minItems: 2, maxItems: 2 });

export const periodSchemas = {
  within: refTo('Window'),
  before: anyOf(refTo('Window'), date),
  after: date,
  during: refTo('During'),
  between: anyOf(pair(refTo('Window')), pair(date)),
} satisfies Record<keyof PeriodFields, Schema>;

const compared = operatorSchemas(numeric);
const amount = closed({ of: path, ...compared }, ['of']);
const less: Schema = {
  description: 'Other events, whose values are taken from the sum.',
  ...anyOf(
    closed({ ...seriesSchemas, of: path }, ['event']),
    closed({ ...mailSchemas, of: path }, ['message']),
  ),
};
/** A filter that may be empty. */
const picked: Schema = { type: 'object', additionalProperties: refTo('Comparison') };

/** The fields that say when and how often. */
export const howOftenSchemas = {
  ...periodSchemas,
  since: refTo('Series'),
  count: refTo('NumberComparison'),
  sum: closed({ of: path, less, ...compared }, ['of']),
  average: amount,
  min: amount,
  max: amount,
  distinct: amount,
  ratio: closed({ to: refTo('Series'), ...compared }, ['to']),
  first: picked,
  last: picked,
  regular: closed(
    {
      ...compared,
      in: anyOf(word(...regularUnits), { type: 'string', pattern: '^P', example: 'P14D' }),
      ...startSchemas('week'),
      of: anyOf(
        { type: 'integer', minimum: 1, maximum: bounds.regular },
        pair({ type: 'integer', minimum: 1 - bounds.regular, maximum: 0 }),
      ),
      times: refTo('NumberComparison'),
    },
    ['in', 'of'],
  ),
} satisfies Record<keyof HowOften, Schema>;
