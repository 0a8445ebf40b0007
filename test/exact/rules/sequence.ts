import fc from 'fast-check';
import type { Scale } from '../scale';
import type { ArbitraryKind } from './kind';
import { movingFilter } from './comparison';
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
  const link = fc.record({ within: limit, after: limit, without: mostly(scale) }, { requiredKeys: [] });
  const step = fc.tuple(mostly(scale), link).map(([one, two]): object => ({ ...one, ...two }));
  const overall = fc.option(limit).map((one) => (one === null ? {} : { overall: one }));
  const steps = fc
    .tuple(mostly(scale), fc.array(step, { minLength: 1, maxLength: 3 }), overall)
    .map(([first, others, one]) => ({ sequence: [first, ...others], ...one }));
  return fc
    .tuple(
      fc.oneof({ arbitrary: steps, weight: 3 }, { arbitrary: mostly(scale).map(alone), weight: 1 }),
      fc.tuple(mostly(scale), limit).map(([not, within]) => ({ not, within })),
      fc.boolean(),
      periods(scale),
    )
    .map(([all, absent, isAbsent, period]) => {
      const { sequence } = all;
      const last = isAbsent || sequence.length === 1 ? [absent] : [];
      return { ...all, sequence: [...sequence, ...last], ...period };
    });
};

const alone = (step: object) => ({ sequence: [step] });

/** One thing or two, the second now and then not before so long, and then not another within so long: of one name each, now and then with a filter that moves. */
export const plainAbsences = (scale: Scale): fc.Arbitrary<object> => {
  const limit = fc.constantFrom(...scale.windows.map(({ text }) => text));
  const name = fc.constantFrom('X', 'Y', 'Z').map((event) => ({ event }));
  const filtered = fc.tuple(name, movingFilter(scale)).map(([one, where]): object => ({ ...one, where }));
  const plain = fc.oneof({ arbitrary: name, weight: 4 }, { arbitrary: filtered, weight: 1 });
  const absent = fc.tuple(plain, limit).map(([not, within]) => ({ not, within }));
  const later = fc
    .tuple(plain, fc.record({ after: limit, without: plain }, { requiredKeys: [] }))
    .map(([one, link]): object => ({ ...one, ...link }));
  return fc
    .tuple(plain, fc.array(later, { maxLength: 2 }), fc.option(absent), periods(scale))
    .filter(([, others, last]) => others.length > 0 || last !== null)
    .map(([first, others, last, period]) => ({
      sequence: [first, ...others, ...(last ? [last] : [])],
      ...period,
    }));
};
