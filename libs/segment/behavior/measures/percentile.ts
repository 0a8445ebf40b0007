import { isObject } from '@entente/kernel';
import { passesNumber } from '../../comparisons/count';
import type { Comparison } from '../../comparisons/comparison';
import { below } from '../../findings';
import { numeric } from '../../comparisons/numeric';
import { operatorSchemas } from '../../schema/operator-schemas';
import { closed, path as pathSchema } from '../../schema/schema';
import type { Seen } from '../seen';
import type { Measure } from './measure';
import { parseAmounts, type Of } from './of';
import { numbersOf } from './sum';

/** A property, which percentile of its values is meant, and what that is compared with: `{ "of": "seconds", "at": 50, "gte": 60 }`. */
export type Percentile = { readonly of: string; readonly at: number } & Comparison;

const comparisonIn = ({ of: _, at: __, ...comparison }: Percentile): Comparison => comparison;

/** The least value that so many percent of all are no greater than: one that there was, and none in between. Where there is none it compares false. */
export const percentile: Measure<Percentile> = {
  parse(raw, path, findings) {
    if (!isObject(raw)) return findings.add(path, 'measure', 'What is measured is not said.', expectedWhole);
    const { at, ...rest } = raw;
    const read: Of | undefined = parseAmounts(rest, path, findings);
    const isPercent = Number.isInteger(at) && (at as number) >= 1 && (at as number) <= 99;
    if (isPercent) return read && ({ ...read, at: at as number } as Percentile);
    return findings.add(below(path, 'at'), 'percent', 'Which percentile is not said.', expected);
  },
  schema: closed(
    { of: pathSchema, at: { type: 'integer', minimum: 1, maximum: 99 }, ...operatorSchemas(numeric) },
    ['of', 'at'],
  ),
  needsAll: true,
  takes: 'number',
  of: ({ of }) => of,
  holds(asked, events) {
    const found = percentileOf(asked, events);
    return found !== null && passesNumber(comparisonIn(asked), found);
  },
  found: percentileOf,
};

const expectedWhole =
  'a property, a percentile and a comparison, such as { "of": "seconds", "at": 50, "gte": 60 }';
const expected = 'a whole number from 1 to 99: 50 is the median';

function percentileOf({ of, at }: Percentile, events: readonly Seen[]): number | null {
  const values = numbersOf(of, events).sort((a, b) => a - b);
  return values[Math.ceil((at * values.length) / 100) - 1] ?? null;
}
