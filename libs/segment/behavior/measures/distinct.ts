import { bounds } from '../../bounds';
import { passesNumber } from '../../comparisons/count';
import { takesValue } from '../../takes';
import type { Seen } from '../seen';
import type { Measure } from './measure';
import { comparisonIn, ofSchema, parseCounts, type Of } from './of';

const countOf = ({ of }: Of, events: readonly Seen[]): number =>
  new Set(events.map((event) => event.read(of)).filter((value) => takesValue('scalar', value))).size;

/** How many different values a property had: texts, numbers, true and false. */
export const distinct: Measure<Of> = {
  parse: (raw, path, findings) => parseCounts(raw, path, findings, bounds.distinct),
  schema: ofSchema,
  takes: 'scalar',
  of: ({ of }) => of,
  holds: (asked, events) => passesNumber(comparisonIn(asked), countOf(asked, events)),
  found: countOf,
};
