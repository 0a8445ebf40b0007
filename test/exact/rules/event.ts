import fc from 'fast-check';
import type { Scale } from '../scale';
import { byName, dateOperators } from './comparison';
import type { ArbitraryKind } from './kind';
import { mail } from './mail';
import { amount, measures, of, regular, where } from './measure';
import { periods } from './period';

/** Events that one part of a condition is about: mostly of one name. */
export const naming = (...names: readonly string[]): fc.Arbitrary<object> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...names).map((event) => ({ event })), weight: 8 },
    {
      arbitrary: fc
        .constantFrom<unknown>('*', ['X', 'Y'], ['Z', 'Identified'], ['*', 'Identified'], ['*', 'X'])
        .map((event) => ({ event })),
      weight: 2,
    },
    {
      arbitrary: fc
        .constantFrom<unknown>('List Joined', 'Email Opened', 'Email Withheld', [
          'Campaign Entered',
          'Campaign Left',
        ])
        .map((event) => ({ event, own: true })),
      weight: 1,
    },
  );

/** What Entente tells of people who agreed or left: how, and when they say that they did. */
export const agreed = (scale: Scale): fc.Arbitrary<object> => {
  const way = fc.constantFrom<unknown>('import', { in: ['one-click', 'preferences'] }, { exists: false });
  const claimedAt = dateOperators(scale);
  return fc.record({
    event: fc.constantFrom<unknown>(
      'Permission Granted',
      ['Permission Granted', 'Permission Confirmed', 'Permission Shared'],
      ['Permission Withdrawn', 'Unsubscribed'],
    ),
    own: fc.constant(true),
    where: fc.oneof(fc.record({ way }), fc.record({ claimedAt }), fc.record({ way, claimedAt })),
  });
};

const series = (scale: Scale, ...names: readonly string[]): fc.Arbitrary<object> =>
  fc.oneof(
    {
      arbitrary: fc
        .tuple(naming(...names), fc.record({ where: where(scale) }, { requiredKeys: [] }))
        .map(([named, filter]) => filtered(named, filter)),
      weight: 12,
    },
    { arbitrary: agreed(scale), weight: 1 },
    {
      arbitrary: fc.record({
        event: fc.constantFrom<unknown>(['X', 'Y'], ['X', 'Y'], ['X', 'Y', 'Z'], '*', ['*', 'Identified']),
        where: byName(scale),
      }),
      weight: 2,
    },
  );

/** Of what Entente itself tells, only what it tells is asked for. */
export const filtered = (named: object, filter: { readonly where?: object }): object => {
  if (!('own' in named) || !filter.where) return { ...named, ...filter };
  const { event } = named as unknown as { event: unknown };
  const properties = {
    'List Joined': { list: 'k' },
    'Email Opened': { by: 'human', campaign: { in: ['k', 7] } },
  };
  return { ...named, where: properties[event as keyof typeof properties] ?? { campaign: 'k' } };
};
const since = (scale: Scale) =>
  fc
    .oneof(
      {
        arbitrary: series(scale, 'X', 'Z'),
        weight: 3,
      },
      { arbitrary: mail, weight: 1 },
    )
    .map((one) => ({ since: one }));

/** What others are set against. */
const others = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    { arbitrary: fc.constantFrom('X', 'Y', 'Z', '*').map((name) => ({ event: name })), weight: 6 },
    { arbitrary: series(scale, 'X', 'Y'), weight: 5 },
    { arbitrary: mail, weight: 1 },
  );

const ratio = (scale: Scale): fc.Arbitrary<object> =>
  fc
    .tuple(
      others(scale),
      fc.constantFrom<object>({ gte: 0.5 }, { lt: 1 }, { eq: 1 }, { gt: 1, lte: 2 }, { lte: 0.3 }, { ne: 0 }),
    )
    .map(([to, one]) => ({ ratio: { to, ...one } }));

/** Sums less others. Mails have no such properties: what is taken of them is a text. */
const net = (scale: Scale): fc.Arbitrary<object> =>
  fc.tuple(of, others(scale), fc.option(of), amount).map(([property, less, own, one]) => ({
    sum: {
      of: property,
      less: {
        ...less,
        ...('message' in less || 'own' in less ? { of: 'campaign' } : own !== null && { of: own }),
      },
      ...one,
    },
  }));

/** Without a period `first: {}` says nothing. */
const saysSomething = (condition: object): boolean => {
  const { first, last, ...others } = condition as { first?: object; last?: object };
  const edge = first ?? last;
  const isEmpty = edge !== undefined && Object.keys(edge).length === 0;
  return (
    !isEmpty || ['within', 'before', 'after', 'during', 'between', 'since'].some((when) => when in others)
  );
};

/** The fields that say when and how often. */
export const howOften = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    {
      arbitrary: fc
        .tuple(
          fc.oneof({ arbitrary: periods(scale), weight: 5 }, { arbitrary: since(scale), weight: 1 }),
          fc.oneof(
            { arbitrary: measures(scale), weight: 10 },
            { arbitrary: ratio(scale), weight: 1 },
            { arbitrary: net(scale), weight: 1 },
          ),
        )
        .map((parts) => Object.assign({}, ...parts) as object)
        .filter(saysSomething),
      weight: 9,
    },
    { arbitrary: regular(scale), weight: 1 },
  );

/** The events of one name or two without a filter, set against others: how many there are, or what their values amount to. */
export const plainComparisons = (scale: Scale): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.constantFrom<unknown>('X', 'Y', ['X', 'Y']),
      fc.oneof(
        { arbitrary: periods(scale), weight: 4 },
        { arbitrary: fc.constantFrom('X', 'Z').map((name) => ({ since: { event: name } })), weight: 1 },
      ),
      fc.oneof(ratio(scale), net(scale)),
    )
    .map(([name, ...others]) => Object.assign({ event: name }, ...others) as object);

export const event: ArbitraryKind = (scale) =>
  fc.tuple(series(scale, 'X', 'Y'), howOften(scale)).map(([some, often]) => ({ ...some, ...often }));
