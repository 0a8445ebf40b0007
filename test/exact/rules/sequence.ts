import fc from 'fast-check';
import type { Scale } from '../scale';
import type { ArbitraryKind } from './kind';
import { agreed, filtered, naming } from './event';
import { mail } from './mail';
import { where } from './measure';
import { periods } from './period';

const named = naming('X', 'Y', 'Z');

/** Mostly without filters, so that some chains are completed. */
const mostly = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    { arbitrary: named, weight: 9 },
    { arbitrary: fc.tuple(named, where(scale)).map(([one, where]) => filtered(one, { where })), weight: 3 },
    { arbitrary: mail, weight: 3 },
    { arbitrary: agreed(scale), weight: 1 },
  );

export const sequence: ArbitraryKind = (scale) => {
  const limit = fc.constantFrom(...scale.windows.map(({ text }) => text));
  const link = fc.record({ within: limit, without: mostly(scale) }, { requiredKeys: [] });
  const step = fc.tuple(mostly(scale), link).map(([one, two]): object => ({ ...one, ...two }));
  const steps = fc

    .tuple(mostly(scale), fc.array(step, { minLength: 1, maxLength: 3 }))
    .map(([first, others]) => [first, ...others]);
  const overall = fc.option(limit).map((one) => (one === null ? {} : { overall: one }));
  return fc.tuple(steps, overall, periods(scale)).map(([all, one, period]) => ({
    sequence: all,
    ...one,
    ...period,
  }));
};
