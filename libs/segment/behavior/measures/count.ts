import { parseCount, passesNumber } from '../../comparisons/count';
import type { Comparison } from '../../comparisons/comparison';
import { refTo } from '../../schema/schema';
import type { Measure } from './measure';

/** How many events there are. */
export const count: Measure<Comparison> = {
  parse: (raw, path, findings, highest) => parseCount(raw, path, highest, findings),
  schema: refTo('NumberComparison'),
  takes: 'any',
  holds: (asked, events) => passesNumber(asked, events.length),
};
