import { parseCount, passesNumber } from '../../comparisons/count';
import type { Comparison } from '../../comparisons/comparison';
import type { Measure } from './measure';

/** How many events there are. */
export const count: Measure<Comparison> = {
  parse: (raw, path, findings, highest) => parseCount(raw, path, highest, findings),
  takes: 'any',
  holds: (asked, events) => passesNumber(asked, events.length),
};
