import fc from 'fast-check';
import type { ArbitraryKind } from './kind';
import { where } from './measure';
import { periods } from './period';

const series = fc.record(
  { event: fc.constantFrom('X', 'Y', 'Z'), where },
  { requiredKeys: ['event'] },
) as fc.Arbitrary<object>;

/** Mostly without filters, so that some chains are completed. */
const mostly = fc.oneof(
  { arbitrary: fc.constantFrom('X', 'Y', 'Z').map((event): object => ({ event })), weight: 3 },
  { arbitrary: series, weight: 1 },
);

export const sequence: ArbitraryKind = (scale) => {
  const limit = fc.constantFrom(...scale.windows.map(({ text }) => text));
  const link = fc.record({ within: limit, without: mostly }, { requiredKeys: [] });
  const step = fc.tuple(mostly, link).map(([one, two]): object => ({ ...one, ...two }));
  const steps = fc
    .tuple(mostly, fc.array(step, { minLength: 1, maxLength: 3 }))
    .map(([first, others]) => [first, ...others]);
  const overall = fc.option(limit).map((one) => (one === null ? {} : { overall: one }));
  return fc.tuple(steps, overall, periods(scale)).map(([all, one, period]) => ({
    sequence: all,
    ...one,
    ...period,
  }));
};
