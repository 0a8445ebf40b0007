import fc from 'fast-check';
import { CREATED } from '@entente/segment';
import { zoneOfRules, type Scale } from '../scale';

const scalar = fc.constantFrom('x', 'y', 1, 2, true);
const number = fc.constantFrom(0, 1, 2);
const list = fc.array(scalar, { minLength: 1, maxLength: 3 });
const text = fc.constantFrom('x', 'Y', 'XY');

/** What may stand behind a field: a bare value or operators. */
const plain: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  scalar.map((eq) => ({ eq })),
  scalar.map((ne) => ({ ne })),
  list.map((values) => ({ in: values })),
  list.map((values) => ({ notIn: values })),
  fc.boolean().map((exists) => ({ exists })),
  number.map((gt) => ({ gt })),
  number.map((gte) => ({ gte, lt: 2 })),
  number.map((lte) => ({ lte })),
  text.map((contains) => ({ contains })),
  fc.tuple(text, text).map((contains) => ({ contains })),
  text.map((startsWith) => ({ startsWith })),
  text.map((endsWith) => ({ endsWith })),
  fc.constantFrom('^x', '(?i)y$', '[xX]y').map((matches) => ({ matches })),
  fc
    .constantFrom<unknown>('1', { lt: '2' }, { gte: '1.2', lt: '2.0' }, { gt: '2-beta', ne: '2' })
    .map((version) => ({ version })),
  list.map((hasAny) => ({ hasAny })),
  list.map((hasAll) => ({ hasAll })),
  fc.constantFrom<unknown>(1, 2, { gt: 1 }, { lte: 1 }).map((size) => ({ size })),
);

/** Comparisons of one property, or field, with another. */
export const beside = fc
  .tuple(fc.constantFrom('eq', 'ne', 'gt', 'lte'), fc.constantFrom('q', 'q.r', 'q\\.r', 'n', 'r', 's'))
  .map(([operator, property]) => ({ [operator]: { property } }));

const objectFilter = (inside: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.oneof(
    inside.map((r) => ({ r })),
    fc.tuple(inside, plain).map(([r, s]) => ({ r, s })),
    fc.tuple(inside, plain).map(([r, s]) => ({ $any: [{ r }, { s }] })),
  );

/** Of lists with objects, one or some of which pass all. */
const some = (inside: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.oneof(
    { arbitrary: objectFilter(inside).map((one) => ({ some: one })), weight: 2 },
    {
      arbitrary: fc
        .tuple(objectFilter(inside), fc.constantFrom({ gte: 2 }, { eq: 0 }, { lt: 2 }))
        .map(([where, count]) => ({ objects: { where, ...count } })),
      weight: 1,
    },
  );

const has = plain.map((one) => ({ has: one }));

const near = fc.constantFrom(1, 400, 20_000).map((km) => ({ near: { latitude: 48.9, longitude: 2.4, km } }));

const corner = fc.record({
  latitude: fc.constantFrom(40, 48.85, 50.63, 60),
  longitude: fc.constantFrom(-1, 2.35, 3.06, 9.5),
});
/** Their corners are places themselves, or lie around them. */
const inside = fc
  .uniqueArray(corner, { minLength: 3, maxLength: 5, selector: JSON.stringify })
  .filter((one) =>
    ['latitude', 'longitude'].every((name) => new Set(one.map((at) => at[name as keyof typeof at])).size > 2),
  )
  .map((corners) => ({ inside: corners }));

const opposite = (one: fc.Arbitrary<unknown>): fc.Arbitrary<object> => one.map((isNot) => ({ isNot }));

/** What may stand behind a property: a bare value or operators whose truth is that of the value alone. */
export const comparison: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: plain, weight: 16 },
  { arbitrary: some(fc.oneof({ arbitrary: plain, weight: 5 }, { arbitrary: beside, weight: 1 })), weight: 2 },
  { arbitrary: opposite(plain), weight: 2 },
  { arbitrary: near, weight: 1 },
  { arbitrary: inside, weight: 1 },
  { arbitrary: has, weight: 2 },
);

/** Comparisons with another trait. */
const another = fc
  .tuple(
    fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'before', 'after'),
    fc.constantFrom('a', 'b', 'o.c', 'o\\.c', 'd'),
  )
  .map(([operator, trait]) => ({ [operator]: { trait } }));

/** Comparisons with a date so long after, or before, that of another trait. */
const shifted = (scale: Scale): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.constantFrom('before', 'after'),
      fc.constantFrom('plus', 'minus'),
      fc.constantFrom('a', 'd', 'd', CREATED),
      window(scale),
    )
    .map(([operator, shift, trait, span]) => ({ [operator]: { trait, [shift]: span } }));

/** What may stand beside a trait. */
export const operators: fc.Arbitrary<object> = fc.oneof(
  { arbitrary: comparison.map((one) => (typeof one === 'object' ? one! : { eq: one })), weight: 3 },
  { arbitrary: another, weight: 1 },
);

/** A window, exact or by the calendar. */
export const window = ({ windows, calendars }: Scale): fc.Arbitrary<unknown> =>
  fc.constantFrom<unknown>(
    ...windows.map(({ text }) => text),
    ...calendars.flatMap((calendar) => [{ calendar }, { calendar, zone: zoneOfRules }]),
  );

/** What may stand beside a unit, by its name. */
export const starts: fc.Arbitrary<{ readonly [unit: string]: object | undefined }> = fc
  .tuple(
    fc.option(fc.constantFrom('sunday', 'tuesday', 'saturday')),
    fc.option(fc.constantFrom(2, 3, 4, 11, 12)),
    fc.constantFrom({}, {}, { zone: zoneOfRules }),
  )
  .map(([weekStarts, yearStarts, zone]) => {
    const ofYear = { ...zone, ...(yearStarts !== null && { yearStarts }) };
    const ofWeek = { ...zone, ...(weekStarts !== null && { weekStarts }) };
    return { day: zone, week: ofWeek, month: zone, quarter: ofYear, year: ofYear };
  });

/** Units of the calendar, the last of which is at most that far ahead. */
export const units = (last: number): fc.Arbitrary<unknown> => {
  const number = fc.integer({ min: -2, max: last });
  const numbers = fc.oneof(
    number,
    fc.tuple(number, number).map((pair) => pair.sort((a, b) => a - b)),
  );
  return fc
    .tuple(fc.constantFrom('day', 'day', 'week', 'month', 'quarter', 'year'), numbers, starts)
    .map(([unit, which, begins]) => ({ [unit]: which, ...begins[unit] }));
};

/** Parts of dates in the contact's zone. */
const parts: fc.Arbitrary<object> = fc.oneof(
  fc.constantFrom<unknown>('sunday', ['monday', 'saturday']).map((weekday) => ({ weekday })),
  fc.constantFrom<unknown>({ gte: 12 }, { lt: 3 }, 23).map((hour) => ({ hour })),
  fc.constantFrom<unknown>(10, { in: [2, 11] }).map((month) => ({ month })),
  fc.constantFrom<unknown>({ gte: 25 }, 1, { lt: 3 }).map((dayOfMonth) => ({ dayOfMonth })),
);

/** What may stand beside a date. */
const datePlain = (scale: Scale): fc.Arbitrary<object> => {
  const date = fc.constantFrom(...scale.dates);
  const ahead = fc.constantFrom('P1D', 'P2D', 'P360D');
  return fc.oneof(
    date.map((before) => ({ before })),
    date.map((after) => ({ after })),
    date.map((value) => ({ onDay: value.slice(0, 10) })),
    window(scale).map((withinLast) => ({ withinLast })),
    window(scale).map((withinNext) => ({ withinNext })),
    window(scale).map((moreThanAgo) => ({ moreThanAgo })),
    fc.constant({ anniversary: 'today' }),
    ahead.map((withinNext) => ({ anniversary: { withinNext } })),
    ahead.map((withinLast) => ({ anniversary: { withinLast } })),
    fc
      .constantFrom<object>(
        { day: [-1, 1] },
        { week: 0 },
        { week: 0, weekStarts: 'sunday' },
        { month: 0 },
        { day: 0, zone: zoneOfRules },
        { month: [-1, 1] },
        { quarter: 0, yearStarts: 2 },
      )
      .map((during) => ({ anniversary: { during } })),
    units(2).map((during) => ({ during })),
    parts,
    another,
    shifted(scale),
  );
};

/** What the instant of something is compared by. */
export const instantOperators = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    { arbitrary: datePlain(scale), weight: 6 },
    { arbitrary: fc.tuple(datePlain(scale), parts).map(([one, part]) => ({ ...one, ...part })), weight: 1 },
    { arbitrary: opposite(datePlain(scale)), weight: 1 },
  );

/** What may stand beside a trait or a property that is a date. */
export const dateOperators = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    { arbitrary: datePlain(scale), weight: 6 },
    { arbitrary: some(datePlain(scale)), weight: 1 },
    { arbitrary: opposite(datePlain(scale)), weight: 1 },
  );

/** Of the name of an event. */
const called: fc.Arbitrary<unknown> = fc.oneof(
  {
    arbitrary: fc.constantFrom<unknown>(
      'X',
      'Y',
      'Z',
      { in: ['X', 'Z'] },
      { ne: 'Y' },
      { notIn: ['X', 'Y'] },
    ),
    weight: 4,
  },
  {
    arbitrary: fc.constantFrom<unknown>(
      { contains: ['x', 'z'] },
      { startsWith: 'y' },
      { matches: '^[XY]$' },
      { isNot: { eq: 'Z' } },
      { in: ['X', 'Y'], ne: 'Y' },
      { eq: { property: 'p' } },
      { ne: { trait: 'a' } },
      { eq: { trait: 'a' } },
    ),
    weight: 2,
  },
);

/** Filters that ask for the name of the event, too: several kinds of events, each with its own filter, and others. */
export const byName = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    {
      arbitrary: fc
        .tuple(fc.constantFrom('X', 'Y'), comparison, called, fc.option(comparison))
        .map(([one, p, other, q]) => ({
          $any: [
            { $name: one, p },
            { $name: other, ...(q !== null && { 'q.r': q }) },
          ],
        })),
      weight: 4,
    },
    { arbitrary: called.map(($name) => ({ $name })), weight: 1 },
    { arbitrary: fc.tuple(called, comparison).map(([$name, p]) => ({ $name, p })), weight: 1 },
    { arbitrary: fc.tuple(called, datePlain(scale)).map(([$name, $at]) => ({ $name, $at })), weight: 1 },
    {
      arbitrary: fc
        .tuple(called, datePlain(scale), fc.option(called), comparison)
        .map(([$name, $at, other, p]) => ({
          $any: [{ $name, $at }, { p }],
          ...(other !== null && { $name: other }),
        })),
      weight: 1,
    },
    {
      arbitrary: fc
        .constantFrom('eq', 'ne')
        .map((operator) => ({ p: { [operator]: { property: '$name' } } })),
      weight: 1,
    },
  );

/** A filter whose truth moves with time or traits, of a property or of the instant of the event. */
export const movingFilter = (scale: Scale): fc.Arbitrary<object> =>
  fc.oneof(
    dateOperators(scale).map((p) => ({ p })),
    datePlain(scale).map((at) => ({ $at: at })),
    fc.tuple(parts, comparison).map(([at, p]) => ({ $at: at, p })),
    another.map((p) => ({ p })),
    fc
      .tuple(fc.constantFrom('before', 'after'), fc.constantFrom('p', 'q'), window(scale))
      .map(([operator, property, plus]) => ({ q: { [operator]: { property, plus } } })),
  );
