import { isObject } from '@entente/kernel';
import { parseFilter, type Filter } from '../../comparisons/filter';
import { anyOf, closed, refTo } from '../../schema/schema';
import { passesSeen } from '../seen';
import type { Measure } from './measure';

/** What the first or the last event of a series, ever, must be like. The series is picked from before the period is looked at. */
const edge: Measure<Filter> = {
  parse: (raw, path, findings) =>
    isObject(raw) && Object.keys(raw).length === 0 ? {} : parseFilter(raw, path, findings),
  // A filter that may be empty.
  schema: anyOf(refTo('Filter'), closed({})),
  takes: 'any',
  holds: (asked, events, context) => events.length > 0 && passesSeen(asked, events[0]!, context),
};

export const first = edge;
export const last = edge;
