import { passesNumber } from '../../comparisons/count';
import { compareDecimals, decimalOf, plus, times, toNumber, ZERO, type Decimal } from '../../decimal';
import { rankedTest } from '../ranked';
import type { Seen } from '../seen';
import type { Measure } from './measure';
import { comparisonIn, parseAmounts, type Of } from './of';

const valuesOf = ({ of }: Of, events: readonly Seen[]): number[] =>
  events.map((event) => event.read(of)).filter((value) => typeof value === 'number');

const sumOf = (asked: Of, events: readonly Seen[]): Decimal =>
  valuesOf(asked, events).map(decimalOf).reduce(plus, ZERO);

const numeric = { parse: parseAmounts, takes: 'number', of: ({ of }: Of) => of } as const;

/** All values together, exactly; 0 where there is none. */
export const sum: Measure<Of> = {
  ...numeric,
  holds: (asked, events) =>
    rankedTest(comparisonIn(asked))(({ decimal }) => compareDecimals(sumOf(asked, events), decimal)),
  found: (asked, events) => toNumber(sumOf(asked, events)),
};

/** The sum divided by the number of values; where there is none it compares false. */
export const average: Measure<Of> = {
  ...numeric,
  holds(asked, events) {
    const { length } = valuesOf(asked, events);
    const total = sumOf(asked, events);
    const passes = rankedTest(comparisonIn(asked));
    return length > 0 && passes(({ decimal }) => compareDecimals(total, times(decimal, length)));
  },
  found(asked, events) {
    const { length } = valuesOf(asked, events);
    return length > 0 ? toNumber(sumOf(asked, events)) / length : null;
  },
};

/** The least or the greatest value; where there is none it compares false. */
const extreme = (more: (a: number, b: number) => number): Measure<Of> => ({
  ...numeric,
  holds(asked, events) {
    const values = valuesOf(asked, events);
    return values.length > 0 && passesNumber(comparisonIn(asked), values.reduce(more));
  },
  found(asked, events) {
    const values = valuesOf(asked, events);
    return values.length > 0 ? values.reduce(more) : null;
  },
});

export const min = extreme((a, b) => Math.min(a, b));
export const max = extreme((a, b) => Math.max(a, b));
