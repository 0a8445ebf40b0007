import { passesNumber } from '../../comparisons/count';
import { compareDecimals, times, toNumber } from '../../decimal';
import { rankedTest } from '../ranked';
import type { Measure } from './measure';
import { comparisonIn, ofSchema, parseAmounts, type Of } from './of';
import { numbersOf, sumOf } from './sum';

const numeric = {
  parse: parseAmounts,
  schema: ofSchema,
  takes: 'number',
  of: ({ of }: Of) => of,
} as const;

/** The sum divided by the number of values; where there is none it compares false. */
export const average: Measure<Of> = {
  ...numeric,
  holds(asked, events) {
    const { length } = numbersOf(asked.of, events);
    const total = sumOf(asked.of, events);
    const passes = rankedTest(comparisonIn(asked));
    return length > 0 && passes(({ decimal }) => compareDecimals(total, times(decimal, length)));
  },
  found(asked, events) {
    const { length } = numbersOf(asked.of, events);
    return length > 0 ? toNumber(sumOf(asked.of, events)) / length : null;
  },
};

/** The least or the greatest value; where there is none it compares false. */
const extreme = (more: (a: number, b: number) => number): Measure<Of> => ({
  ...numeric,
  holds(asked, events) {
    const values = numbersOf(asked.of, events);
    return values.length > 0 && passesNumber(comparisonIn(asked), values.reduce(more));
  },
  found(asked, events) {
    const values = numbersOf(asked.of, events);
    return values.length > 0 ? values.reduce(more) : null;
  },
});

export const min = extreme((a, b) => Math.min(a, b));
export const max = extreme((a, b) => Math.max(a, b));
