import { isObject } from '@entente/kernel';
import { passesNumber } from '../../comparisons/count';
import type { Comparison } from '../../comparisons/comparison';
import { numeric } from '../../comparisons/numeric';
import { parseOperators } from '../../comparisons/operator-table';
import { compareDecimals, decimalOf, times } from '../../decimal';
import { below, type Findings } from '../../findings';
import { operatorSchemas } from '../../schema/operator-schemas';
import { closed, refTo } from '../../schema/schema';
import { parseNamed, seriesOf, type Named } from '../named';
import { rankedTest } from '../ranked';
import type { Measure } from './measure';

/** Other events, and what the number of the condition's for each of them is compared with: `{ "to": { "message": "sent" }, "gte": 0.3 }`. */
export type Ratio = { readonly to: Named } & Comparison;

export const ratioIn = ({ to: _, ...comparison }: Ratio): Comparison => comparison;

const expected =
  'other events and a comparison of numbers from 0 on, such as { "to": { "message": "sent" }, "gte": 0.3 }';

/** How many events there are for each of those they are set against, of the same period; where there is none of these it compares false. */
export const ratio: Measure<Ratio> = {
  parse(raw, path, findings) {
    if (!isObject(raw)) return findings.add(path, 'measure', 'What is measured is not said.', expected);
    const { to, ...rest } = raw;
    const others = parseNamed(to, below(path, 'to'), findings);
    const comparison = parseComparison(rest, path, findings);
    return others && comparison ? { to: others, ...comparison } : undefined;
  },
  schema: closed({ to: refTo('Series'), ...operatorSchemas(numeric) }, ['to']),
  takes: 'any',
  against: ({ to }) => seriesOf(to),
  holds(asked, events, _context, others) {
    const passes = rankedTest(ratioIn(asked));
    const these = decimalOf(events.length);
    return (
      others.length > 0 && passes(({ decimal }) => compareDecimals(these, times(decimal, others.length)))
    );
  },
  found: (_asked, events, _context, others) => (others.length > 0 ? events.length / others.length : null),
};

function parseComparison(raw: object, path: string, findings: Findings): Comparison | undefined {
  const before = findings.problems.length;
  const comparison = parseOperators(numeric, raw, path, findings);
  if (!comparison || findings.problems.length > before) return undefined;
  const truths = placesOf(comparison).map((number) => passesNumber(comparison, number));
  return new Set(truths).size === 1
    ? findings.add(path, 'constant', 'That holds for every ratio, or for none.', expected)
    : comparison;
}

/** A number from 0 on at and between and beyond all that are named. */
function placesOf(comparison: Comparison): number[] {
  const named = [0, ...(Object.values(comparison).flat() as number[])].filter((number) => number >= 0);
  const inOrder = [...new Set(named)].sort((a, b) => a - b);
  return inOrder.flatMap((number, place) => [number, (number + (inOrder[place + 1] ?? number + 2)) / 2]);
}
