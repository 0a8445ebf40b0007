import { DAY, HOUR, toIso, type Instant, type Json, type JsonObject } from '@entente/kernel';
import {
  compileBook,
  costOf,
  evaluate,
  eventsNamed,
  explain,
  parseRule,
  readsContext,
  ruleText,
  traitsNamed,
  type Facts,
  type HistoryEvent,
  type Rule,
} from '..';

const now: Instant = Date.UTC(2026, 10, 23, 12);
const ruleOf = (json: unknown): Rule => {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};
const found = (json: unknown): string[] => {
  const read = parseRule(json);
  return 'problems' in read ? read.problems.map(({ path, code }) => `${path} ${code}`) : [];
};
let ids = 0;
const at = (instant: Instant, properties: JsonObject = {}, name = 'X'): HistoryEvent => ({
  at: instant,
  id: String(ids++).padStart(6, '0'),
  name,
  properties,
});
const facts = (history: readonly HistoryEvent[], traits: JsonObject = {}): Facts => ({
  contact: '1',
  timeZone: 'UTC',
  traits,
  history,
  memberOf: () => false,
});
const holds = (
  json: object,
  history: readonly HistoryEvent[],
  when = now,
  traits: JsonObject = {},
): boolean => evaluate(ruleOf({ event: 'X', ...json }), facts(history, traits), when);

describe('a period', () => {
  const happened = Date.UTC(2026, 9, 1, 9);
  /** Whether the one event counts, before the first instant, between each two, and from the last on. */
  const truths = (period: object, instants: readonly Instant[]): boolean[] => [
    ...instants.map((instant) => holds(period, [at(happened)], instant - 1)),
    holds(period, [at(happened)], instants.at(-1)!),
  ];

  it.each<[string, object, Instant[], boolean[]]>([
    ['within', { within: 'P30D' }, [happened, happened + 30 * DAY], [false, true, false]],
    ['more than so long ago', { before: 'P30D' }, [happened + 30 * DAY], [false, true]],
    [
      'between two windows',
      { between: ['P60D', 'P30D'] },
      [happened + 30 * DAY, happened + 60 * DAY],
      [false, true, false],
    ],
    [
      'between two calendar windows',
      { between: [{ calendar: 'P2M' }, { calendar: 'P1M' }] },
      [Date.UTC(2026, 10, 2), Date.UTC(2026, 11, 2)],
      [false, true, false],
    ],
    ['during the month', { during: { month: 0 } }, [happened, Date.UTC(2026, 10, 1)], [false, true, false]],
    [
      'during the month before',
      { during: { month: -1 } },
      [Date.UTC(2026, 10, 1), Date.UTC(2026, 11, 1)],
      [false, true, false],
    ],
    [
      'during the seven days before today',
      { during: { day: [-7, -1] } },
      [Date.UTC(2026, 9, 2), Date.UTC(2026, 9, 9)],
      [false, true, false],
    ],
    [
      'during the week from Sunday',
      { during: { week: 0, weekStarts: 'sunday' } },
      [happened, Date.UTC(2026, 9, 4)],
      [false, true, false],
    ],
    [
      'during the fiscal quarter before',
      { during: { quarter: -1, yearStarts: 2 } },
      [Date.UTC(2026, 10, 1), Date.UTC(2027, 1, 1)],
      [false, true, false],
    ],
    [
      'during the fiscal year before, which begins in that month',
      { during: { year: -1, yearStarts: 10 } },
      [Date.UTC(2027, 9, 1), Date.UTC(2028, 9, 1)],
      [false, true, false],
    ],
    ['before so many days', { before: { calendar: 'P0D' } }, [Date.UTC(2026, 9, 2)], [false, true]],
  ])('%s has an event from one instant to another', (_, period, instants, expected) =>
    expect(truths(period, instants)).toEqual(expected),
  );

  it.each([
    ['Europe/Paris', '2026-10-24T22:00:00Z', '2026-10-31T23:00:00Z'],
    ['America/Sao_Paulo', '2018-11-04T03:00:00Z', '2018-11-11T02:00:00Z'],
  ])('of weeks from Sunday begins with it in %s, also when clocks are changed', (timezone, from, until) => {
    const during = { week: 0, weekStarts: 'sunday' };
    const [first, next] = [Date.parse(from), Date.parse(until)];
    const isSo = (happenedAt: Instant, when: Instant) =>
      holds({ during }, [at(happenedAt)], when, { timezone });
    expect([isSo(first, first), isSo(first, next - 1), isSo(first, next)]).toEqual([true, true, false]);
    expect([isSo(first - 1, first - 1), isSo(first - 1, first)]).toEqual([true, false]);
    expect(isSo(next - 1, next - 1)).toBe(true);
  });

  it('from an instant on, before one, and between two has its beginning and not its end', () => {
    const mark = toIso(happened);
    const later = toIso(happened + 1);
    expect(holds({ after: mark }, [at(happened)])).toBe(true);
    expect(holds({ after: later }, [at(happened)])).toBe(false);
    expect(holds({ before: mark }, [at(happened)])).toBe(false);
    expect(holds({ before: later }, [at(happened)])).toBe(true);
    expect(holds({ between: [mark, later] }, [at(happened)])).toBe(true);
    expect(holds({ between: [toIso(happened - 1), mark] }, [at(happened)])).toBe(false);
  });

  it('of days has them where the contact lives', () => {
    const period = { between: ['2026-10-01', '2026-10-02'] };
    const early = [at(Date.UTC(2026, 8, 30, 22, 30))];
    expect(holds(period, early)).toBe(false);
    expect(holds(period, early, now, { timezone: 'Europe/Paris' })).toBe(true);
    expect(holds({ after: '2026-10-01' }, early, now, { timezone: 'Europe/Paris' })).toBe(true);
    expect(holds({ before: '2026-10-01' }, early)).toBe(true);
  });

  it('since another event has what follows its last, in event order, and nothing without it', () => {
    const rule = { since: { event: 'Y', where: { p: 1 } } };
    const anchor = at(happened, { p: 1 }, 'Y');
    expect(holds(rule, [at(happened + 1)])).toBe(false);
    expect(holds(rule, [at(happened - 1), anchor, at(happened + 1, { p: 2 }, 'Y')])).toBe(false);
    expect(holds(rule, [anchor, at(happened)])).toBe(true);
    expect(holds(rule, [anchor, at(happened + 1), { ...anchor, at: happened + 2 }])).toBe(false);
    expect(holds({ ...rule, count: 0 }, [at(happened)])).toBe(true);
  });
});

describe('the instant of an event', () => {
  const saturday = Date.UTC(2026, 10, 21, 23, 30);
  const weekend = { where: { $at: { weekday: 'saturday', hour: { gte: 22 } } } };

  it('is compared as a date of the contact', () => {
    expect(holds(weekend, [at(saturday)])).toBe(true);
    expect(holds(weekend, [at(saturday)], now, { timezone: 'Europe/Paris' })).toBe(false);
    expect(holds(weekend, [at(saturday - 2 * HOUR)])).toBe(false);
    expect(holds({ first: weekend.where, within: 'P30D' }, [at(saturday)])).toBe(true);
  });

  it('is before or after a date that the contact has', () => {
    const before = { where: { $at: { before: { trait: 'trialEnds' } } } };
    expect(holds(before, [at(saturday)], now, { trialEnds: '2026-11-22' })).toBe(true);
    expect(holds(before, [at(saturday)], now, { trialEnds: '2026-11-21' })).toBe(false);
    expect(holds(before, [at(saturday)])).toBe(false);
  });
});

describe('a measure', () => {
  const values = (...all: JsonObject[string][]): HistoryEvent[] =>
    all.map((v, index) => at(now - DAY + index, { v }));

  it.each<[object, JsonObject[string][], boolean]>([
    [{ sum: { of: 'v', eq: 0.3 } }, [0.1, 0.2], true],
    [{ sum: { of: 'v', gt: 0.3 } }, [0.1, 0.2], false],
    [{ sum: { of: 'v', gt: 100 } }, [100, 1e-17], true],
    [{ sum: { of: 'v', lte: 100 } }, [100, 1e-17], false],
    [{ sum: { of: 'v', eq: 1 } }, [1e20, 1, -1e20, '5', null, true], true],
    [{ sum: { of: 'v', lt: 1 } }, [], true],
    [{ sum: { of: 'v', in: [3, 6] } }, [1, 2, 3], true],
    [{ average: { of: 'v', eq: 0.1 } }, [0.1, 0.1, 0.1], true],
    [{ average: { of: 'v', gte: 2 } }, [1, 3, 'x', {}], true],
    [{ average: { of: 'v', lt: 1 } }, [], false],
    [{ average: { of: 'v', lt: 1 } }, ['x'], false],
    [{ min: { of: 'v', eq: -1 } }, [3, -1, 2, '-5'], true],
    [{ min: { of: 'v', lt: 5 } }, [], false],
    [{ max: { of: 'v', eq: 3 } }, [3, -1, 2, '5'], true],
    [{ max: { of: 'v', gt: 3 } }, [3, -1, 2], false],
    [{ max: { of: 'v', ne: 3 } }, [null], false],
    [{ distinct: { of: 'v', eq: 4 } }, ['1', 1, true, 'a', 'a', 1, null, {}, [1]], true],
    [{ distinct: { of: 'v', lt: 1 } }, [], true],
    [{ distinct: { of: 'v.w', gte: 2 } }, [{ w: 1 }, { w: 2 }], true],
    [{ sum: { of: 'v[]', eq: 0.6 } }, [[0.1, 0.2, 'x', null], 5, [[7]], [0.3]], true],
    [{ sum: { of: 'v[].n', gt: 5 } }, [[{ n: 2 }, { n: 3 }, { m: 9 }, 4], { n: 9 }, [{ n: 1 }]], true],
    [{ sum: { of: 'v[].w[].n', eq: 6 } }, [[{ w: [{ n: 1 }, { n: 2 }] }, { w: [{ n: 3 }] }, { w: 9 }]], true],
    [{ average: { of: 'v[]', eq: 2 } }, [[1, 2], [3]], true],
    [{ max: { of: 'v[]', gt: 2 } }, [[1, 2], []], false],
    [{ distinct: { of: 'v[].sku', eq: 2 } }, [[{ sku: 'a' }, { sku: 'b' }], [{ sku: 'a' }]], true],
    [{ percentile: { of: 'v', at: 50, eq: 2 } }, [3, 1, 2], true],
    [{ percentile: { of: 'v', at: 50, eq: 2 } }, [4, 1, 2, 3, 'x'], true],
    [{ percentile: { of: 'v', at: 99, eq: 4 } }, [4, 1, 2, 3], true],
    [{ percentile: { of: 'v', at: 1, eq: 1 } }, [4, 1, 2, 3], true],
    [{ percentile: { of: 'v', at: 50, lt: 9 } }, ['x'], false],
    [{ first: { v: 1 } }, [1, 2], true],
    [{ first: { v: 2 } }, [1, 2], false],
    [{ last: { v: { gte: 2 } } }, [1, 2], true],
    [{ last: { v: { exists: false } } }, [], false],
    [{ first: {}, within: 'P2D' }, [1], true],
  ])('%j of %j is %s', (measure, all, truth) => expect(holds(measure, values(...all))).toBe(truth));

  it('through lists takes one event for several, in what is reckoned and shown too', () => {
    const rule = ruleOf({ event: 'X', distinct: { of: 'v[].sku', gte: 3 } });
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
    expect(book.deviation([1], now).events).toMatchObject([{ atLeast: 1 }]);
    const history = values([{ sku: 'a' }, { sku: 'b' }, { sku: 'c' }]);
    const facts = { contact: '1', timeZone: 'UTC', traits: {}, history, memberOf: () => false };
    expect(explain(rule, facts, now)).toMatchObject({ value: true, because: { distinct: 3, count: 1 } });
    expect(book.members({ contact: '1', state: book.foldAll(history), traits: {} }, now)).toEqual(
      new Set([1]),
    );
    const [one, each] = ['v', 'v[]'].map((of) =>
      costOf(ruleOf({ event: 'X', within: 'P30D', sum: { of, gt: 1 } })),
    );
    expect(each!.perContact).toBeGreaterThan(5 * one!.perContact);
  });

  it('first or last is picked from all events before the period is looked at', () => {
    const history = [at(now - 90 * DAY), at(now - 61 * DAY)];
    expect(holds({ last: {}, before: 'P60D' }, history)).toBe(true);
    expect(holds({ last: {}, before: 'P60D' }, [...history, at(now - DAY)])).toBe(false);
    expect(holds({ first: {}, within: 'P30D' }, [...history, at(now - DAY)])).toBe(false);
    expect(holds({ first: { p: 1 }, where: { q: 1 } }, [at(1, { p: 2 }), at(2, { p: 1, q: 1 })])).toBe(true);
  });

  it('of regularity looks at days, weeks from Monday and months of the contact, this one included', () => {
    // 2026-11-23 is a Monday.
    const monday = [at(Date.UTC(2026, 10, 15, 23)), at(Date.UTC(2026, 10, 23, 0))];
    expect(holds({ regular: { in: 'week', of: 2, gte: 2 } }, monday)).toBe(false);
    expect(holds({ regular: { in: 'week', of: 3, gte: 2 } }, monday)).toBe(true);
    expect(holds({ regular: { in: 'week', of: 2, gte: 2 } }, monday, now, { timezone: 'Europe/Paris' })).toBe(
      true,
    );
    const from = (weekStarts: string, of: number) =>
      holds({ regular: { in: 'week', weekStarts, of, gte: 2 } }, monday);
    expect([from('monday', 2), from('sunday', 2)]).toEqual([false, true]);
    expect(ruleOf({ event: 'X', regular: { in: 'week', of: 2, gte: 2, weekStarts: 'monday' } })).toEqual(
      ruleOf({ event: 'X', regular: { in: 'week', of: 2, gte: 2 } }),
    );
    const months = [at(Date.UTC(2025, 11, 31)), at(Date.UTC(2026, 0, 1)), at(Date.UTC(2026, 0, 31))];
    expect(holds({ regular: { in: 'month', of: 2, eq: 2 } }, months, Date.UTC(2026, 0, 31, 1))).toBe(true);
    expect(holds({ regular: { in: 'month', of: 2, eq: 1 } }, months, Date.UTC(2026, 1, 1))).toBe(true);
    const days = [0, 1, 3].map((day) => at(now - day * DAY - 11 * HOUR));
    expect(holds({ regular: { in: 'day', of: 4, eq: 3 } }, days)).toBe(true);
    expect(holds({ regular: { in: 'day', of: 3, eq: 2 } }, days)).toBe(true);
  });

  it('of regularity looks at the units before the present one where it says so', () => {
    const days = [0, 1, 3].map((day) => at(now - day * DAY - HOUR));
    const on = (of: unknown, eq: number) => holds({ regular: { in: 'day', of, eq } }, days);
    expect(on([-3, -1], 2)).toBe(true);
    expect(on([-2, -2], 0)).toBe(true);
    expect(on([-3, 0], 3)).toBe(true);
    expect(ruleOf({ event: 'X', regular: { in: 'day', of: [-3, 0], gte: 3 } })).toEqual(
      ruleOf({ event: 'X', regular: { in: 'day', of: 4, gte: 3 } }),
    );
  });

  it('of regularity goes back from now by periods of one length, which an event leaves when it is as long ago', () => {
    const seen = [0, 2, 5].map((days) => at(now - days * DAY));
    const on = (of: unknown, eq: number, when = now) => holds({ regular: { in: 'P2D', of, eq } }, seen, when);
    expect([on(1, 1), on(2, 2), on(3, 3), on([-2, -1], 2)]).toEqual([true, true, true, true]);
    expect(on(3, 2, now + DAY)).toBe(true);
    expect(ruleOf({ event: 'X', regular: { in: 'PT48H', of: 3, gte: 2 } })).toEqual(
      ruleOf({ event: 'X', regular: { in: 'P2D', of: 3, gte: 2 } }),
    );
  });

  it('of regularity counts the times in each unit, of those in which there was one', () => {
    const days = [0, 0, 0, 1, 3, 3].map((day) => at(now - day * DAY - HOUR));
    const on = (times: unknown, eq: number) => holds({ regular: { in: 'day', of: 5, eq, times } }, days);
    expect(on({ gte: 2 }, 2)).toBe(true);
    expect(on(1, 1)).toBe(true);
    expect(on({ lte: 2 }, 2)).toBe(true);
    expect(on({ gte: 4 }, 0)).toBe(true);
    expect(on({ gte: 2 }, 3)).toBe(false);
  });
});

describe('the events meant', () => {
  const own = (event: HistoryEvent): HistoryEvent => ({ ...event, own: true });
  const history = [
    at(now - 4, {}, 'X'),
    at(now - 3, {}, 'Y'),
    at(now - 2, {}, 'Aliased'),
    own(at(now - 1, { list: 'k' }, 'List Joined')),
    at(now, { list: 'l' }, 'List Joined'),
  ];

  it('are those of one name, of several, or whatever somebody does', () => {
    expect(holds({ event: 'X', count: 1 }, history)).toBe(true);
    expect(holds({ event: ['X', 'Y', 'Z'], count: 2 }, history)).toBe(true);
    expect(holds({ event: '*', count: 3 }, history)).toBe(true);
    expect(holds({ event: ['*', 'Aliased'], count: 4 }, history)).toBe(true);
    expect(holds({ event: 'Aliased', since: { event: '*' } }, history)).toBe(false);
    expect(holds({ event: 'Aliased', since: { event: ['X', 'Y'] } }, history)).toBe(true);
    expect(holds({ event: '*', since: { event: ['X', 'Y'] }, count: 1 }, history)).toBe(true);
  });

  it('are only what Entente told, where that is asked', () => {
    expect(holds({ event: 'List Joined', count: 2 }, history)).toBe(true);
    expect(holds({ event: 'List Joined', own: true, count: 1 }, history)).toBe(true);
    expect(holds({ event: 'List Joined', own: true, where: { list: 'l' } }, history)).toBe(false);
    expect(holds({ event: 'X', since: { event: 'List Joined', own: true } }, history)).toBe(false);
  });

  it('may compare what they say of one thing with another', () => {
    const sold = [at(now, { total: 8, list: { price: 10 }, due: '2026-11-20', at: '2026-11-24' })];
    const passes = (where: object): boolean => holds({ where }, sold);
    expect(passes({ total: { lt: { property: 'list.price' } } })).toBe(true);
    expect(passes({ total: { gte: { property: 'list.price' } } })).toBe(false);
    expect(passes({ total: { ne: { property: 'none' } } })).toBe(false);
    expect(passes({ at: { after: { property: 'due', plus: 'P3D' } } })).toBe(true);
    expect(passes({ at: { after: { property: 'due', plus: 'P5D' } } })).toBe(false);
    expect(holds({ last: { total: { lt: { property: 'list.price' } } } }, sold)).toBe(true);
    expect(found({ trait: 'a', eq: { property: 'b' } })).toEqual(['rule property']);
    expect(found({ trait: 'a', isNot: { eq: { property: 'b' } } })).toEqual(['rule property']);
    expect(found({ trait: 'a', some: { c: { property: 'b' } } })).toEqual([
      'rule.some.c.property unknown-operator',
    ]);
  });

  it('may pass one of several filters', () => {
    const either = { $any: [{ a: 1, b: 2 }, { c: { gt: 5 } }] };
    const passes = (properties: JsonObject, where: object = either): boolean =>
      holds({ where }, [at(now, properties)]);
    expect(passes({ a: 1, b: 2 })).toBe(true);
    expect(passes({ a: 1, c: 6 })).toBe(true);
    expect(passes({ a: 1, c: 5 })).toBe(false);
    expect(passes({ c: 6, d: 1 }, { ...either, d: 1 })).toBe(true);
    expect(passes({ c: 6 }, { ...either, d: 1 })).toBe(false);
    const lines: JsonObject = {
      lines: [
        { a: 1, b: 3 },
        { a: 2, c: 7 },
      ],
    };
    expect(passes(lines, { lines: { some: either } })).toBe(true);
    expect(passes(lines, { lines: { some: { ...either, a: 1 } } })).toBe(false);
    const late = { $any: [{ a: 1 }, { $at: { hour: { gte: 20 } } }] };
    expect(passes({ a: 1 }, late)).toBe(true);
    expect(passes({ a: 2 }, late)).toBe(false);
    expect(holds({ where: late }, [at(now - 13 * HOUR, { a: 2 })])).toBe(true);
    expect(ruleOf({ event: 'X', where: { $any: [{ b: 2 }, { a: 1 }] } })).toEqual(
      ruleOf({ event: 'X', where: { $any: [{ a: { eq: 1 } }, { b: 2 }] } }),
    );
  });

  it.each<[object, boolean]>([
    [{ where: { a: 1 } }, false],
    [{ where: { $any: [{ a: 1 }, { '$context.locale': 'fr' }] } }, true],
    [{ where: { '$context.locale': 'fr' } }, true],
    [{ where: { a: { eq: { property: '$context.locale' } } } }, true],
    [{ last: { a: { isNot: { eq: { property: '$context.locale' } } } } }, true],
    [{ since: { event: 'Y', where: { '$context.locale': 'fr' } } }, true],
    [{ max: { of: '$context.n', gt: 1 } }, true],
  ])('%j asks for what was around them: %j', (fields, reads) =>
    expect(readsContext(ruleOf({ event: 'X', ...fields }))).toBe(reads),
  );

  it('are written in one form', () => {
    expect(ruleOf({ event: ['Y', 'X', 'Y'] })).toEqual({ event: ['X', 'Y'], count: { gte: 1 } });
    expect(ruleOf({ event: ['Y'] })).toEqual({ event: 'Y', count: { gte: 1 } });
  });
});

it('lists and topics that Entente told of are referred to', () => {
  const joined = { event: 'List Joined', own: true, where: { list: { in: ['k', 'l'] } } };
  const granted = { event: 'Permission Granted', own: true, where: { topic: 'news' } };
  const { own: _, ...anybodys } = joined;
  const asked = {
    any: [{ event: 'X', since: joined }, { sequence: [granted, joined] }, anybodys],
  };
  const { references } = parseRule(asked);
  expect(references.map(({ to, key, path }) => `${to} ${key} ${path}`)).toEqual([
    'list k rule.any[0].since.where.list',
    'list l rule.any[0].since.where.list',
    'topic news rule.any[1].sequence[0].where.topic',
    'list k rule.any[1].sequence[1].where.list',
    'list l rule.any[1].sequence[1].where.list',
  ]);
  const last = { event: 'List Joined', own: true, last: { list: 'k' } };
  expect(parseRule(last).references).toEqual([{ to: 'list', key: 'k', path: 'rule.last.list' }]);
  const either = { event: 'List Left', own: true, where: { $any: [{ list: 'z' }, { list: 'a' }] } };
  expect(parseRule({ all: [either, { trait: 'a' }] })).toMatchObject({
    problems: [{ path: 'rule.all[1]' }],
    references: [
      { key: 'z', path: 'rule.all[0].where.$any[0].list' },
      { key: 'a', path: 'rule.all[0].where.$any[1].list' },
    ],
  });
});

describe('what is written', () => {
  it.each<[object, string[]]>([
    [{ within: 'P1D', before: 'P2D' }, ['rule several']],
    [{ since: { event: 'Y' }, after: '2026-01-01' }, ['rule several']],
    [{ count: 1, sum: { of: 'a', gt: 1 } }, ['rule several']],
    [{ regular: { in: 'day', of: 2, gte: 1 }, within: 'P1D' }, ['rule several']],
    [{ before: 'P1M' }, ['rule.before calendar']],
    [{ before: 'yesterday' }, ['rule.before instant']],
    [{ before: '2026-02-30' }, ['rule.before instant']],
    [{ after: 'P30D' }, ['rule.after instant']],
    [{ after: '2026-01-01T00:00:00' }, ['rule.after instant']],
    [{ between: 'P30D' }, ['rule.between between']],
    [{ between: ['P30D'] }, ['rule.between between']],
    [{ between: ['P30D', 'P60D'] }, ['rule.between between']],
    [{ between: ['P30D', 'P30D'] }, ['rule.between between']],
    [{ between: ['P60D', { calendar: 'P1M' }] }, ['rule.between between']],
    [{ between: [{ calendar: 'P1M' }, { calendar: 'P30D' }] }, ['rule.between between']],
    [{ between: ['2026-02-01', '2026-01-01'] }, ['rule.between between']],
    [{ between: ['2026-01-01', '2026-01-01T12:00:00Z'] }, ['rule.between between']],
    [{ between: [null, 5] }, ['rule.between[0] instant', 'rule.between[1] instant']],
    [{ during: { month: 0 }, within: 'P1D' }, ['rule several']],
    [{ during: { month: 1 } }, ['rule.during during']],
    [{ during: { day: [-1, 1] } }, ['rule.during during']],
    [{ during: 'P1M' }, ['rule.during during']],
    [{ where: { $at: { gt: 5 } } }, ['rule.where.$at instant']],
    [{ where: { $at: { weekday: 'sunday', exists: true } } }, ['rule.where.$at instant']],
    [{ where: { $at: '2026-11-24' } }, ['rule.where.$at instant']],
    [{ where: { $at: { eq: { trait: 'a' } } } }, ['rule.where.$at instant']],
    [{ where: { $at: { isNot: { gt: { trait: 'timezone' }, hour: 9 } } } }, ['rule.where.$at instant']],
    [{ where: { $at: { isNot: { hour: 9, has: 5 } } } }, ['rule.where.$at instant']],
    [{ where: { $at: { isNot: { before: { trait: 'a' }, hour: 9 } } } }, []],
    [{ where: { $at: { withinNext: 'P1D' } } }, ['rule.where.$at instant']],
    [{ where: { $at: { during: { day: 1 } } } }, ['rule.where.$at instant']],
    [{ where: { $at: { during: { day: [-1, 1] } } } }, []],
    [{ since: { event: 'X' } }, ['rule.since constant']],
    [{ since: { event: ['X', 'Y'] } }, ['rule.since constant']],
    [{ since: { event: '*' }, where: { a: 1 } }, ['rule.since constant']],
    [{ since: { event: 'X', where: { a: 1 } }, where: { a: { eq: 1 } } }, ['rule.since constant']],
    [{ since: { event: 'X', where: { a: 1 } } }, []],
    [{ ratio: 0.5 }, ['rule.ratio measure']],
    [{ ratio: { gte: 0.5 } }, ['rule.ratio.to series']],
    [{ ratio: { to: { event: 'Y' } } }, ['rule.ratio no-comparison']],
    [{ ratio: { to: { event: 'Y' }, gte: 0 } }, ['rule.ratio constant']],
    [{ ratio: { to: { event: 'Y' }, lt: -1 } }, ['rule.ratio constant']],
    [{ ratio: { to: { event: 'Y' }, gt: 0 } }, []],
    [{ ratio: { to: { event: 'Y' }, ne: 1 } }, []],
    [{ ratio: { to: { event: 'X' }, gt: 1 } }, ['rule.ratio.to constant']],
    [{ ratio: { to: { event: 'X', where: { a: 1 } }, gt: 1 } }, []],
    [{ since: { event: 'Y' }, ratio: { to: { event: 'Y' }, gt: 1 } }, ['rule.ratio.to constant']],
    [{ since: { event: 'Y', where: { a: 1 } }, ratio: { to: { event: 'Y' }, gt: 1 } }, []],
    [{ since: { event: 'Y' }, sum: { of: 'a', less: { event: 'Y' }, gt: 1 } }, ['rule.sum.less constant']],
    [{ ratio: { to: { event: 'Y' }, gt: 1 }, count: 1 }, ['rule several']],
    [{ ratio: { to: { event: 'Y', within: 'P1D' }, gt: 1 } }, ['rule.ratio.to.within unknown-field']],
    [{ event: ['X', 'Y'], since: { event: 'X' } }, []],
    [{ event: 'Identified', since: { event: '*' } }, []],
    [{ event: 'List Left', since: { event: 'List Left', own: true } }, []],
    [{ event: 'List Left', own: true, since: { event: '*' } }, []],
    [{ event: 'Email Sent', since: { event: '*' }, count: { gte: 5 } }, []],
    [{ where: { $at: { has: { weekday: 'monday' } } } }, ['rule.where.$at instant']],
    [{ where: { $at: { some: { a: { weekday: 'monday' } } } } }, ['rule.where.$at instant']],
    [{ where: { a: { some: { b: { eq: { property: '$context.ip' } } } } } }, ['rule.where.a.some.b path']],
    [{ event: 'Email Opened', own: true, last: { device: 'phone' } }, ['rule.last.device property']],
    [{ event: 'Email Opened', own: true, distinct: { of: 'device', gte: 2 } }, ['rule.distinct.of property']],
    [{ event: 'Email Opened', own: true, distinct: { of: 'campaign', gte: 2 } }, []],
    [{ event: 'constructor', own: true, where: { p: 1 } }, ['rule.own own']],
    [{ distinct: { of: '$at', gte: 2 } }, ['rule.distinct.of path']],
    [{ where: { '$at.hour': 9 } }, ['rule.where["$at.hour"] path']],
    [{ where: { $context: { exists: true } } }, ['rule.where.$context path']],
    [{ where: { 'items[].sku': 'A' } }, ['rule.where["items[].sku"] path']],
    [{ event: 'x'.repeat(201) }, ['rule.event name']],
    [{ where: { $any: [{ a: 1 }] } }, ['rule.where.$any any']],
    [{ where: { $any: { a: 1 } } }, ['rule.where.$any any']],
    [{ where: { $any: [{ a: 1 }, {}] } }, ['rule.where.$any[1] filter']],
    [{ where: { $any: [{ a: 1 }, { $any: [{ b: 1 }, { c: 1 }] }] } }, ['rule.where.$any[1].$any any']],
    [{ where: { $any: [{ a: 1 }, { b: { is: 1 } }] } }, ['rule.where.$any[1].b.is unknown-operator']],
    [{ where: { $any: [{ a: 1 }, { $at: { gt: 1 } }] } }, ['rule.where.$any[1].$at instant']],
    [{ event: [] }, ['rule.event names']],
    [{ event: Array.from({ length: 21 }, (_, n) => `E${n}`) }, ['rule.event names']],
    [{ event: ['X', 5] }, ['rule.event[1] name']],
    [{ since: 'Y' }, ['rule.since series']],
    [{ since: { event: 5, wher: {} } }, ['rule.since.wher unknown-field', 'rule.since.event name']],
    [{ since: { event: 'Y', where: {} } }, ['rule.since.where filter']],
    [{ sum: 5 }, ['rule.sum measure']],
    [{ sum: { gt: 5 } }, ['rule.sum.of path']],
    [{ sum: { of: 'a' } }, ['rule.sum no-comparison']],
    [{ sum: { of: 'a', gt: '5' } }, ['rule.sum.gt operand']],
    [{ sum: { of: 'a', eq: '5' } }, ['rule.sum.eq operand']],
    [{ sum: { of: 'a', exists: true } }, ['rule.sum.exists unknown-operator']],
    [{ sum: { of: 'a', gt: 5, lt: 5 } }, ['rule.sum constant']],
    [{ sum: { of: 'a', above: 5 } }, ['rule.sum.above unknown-operator']],
    [{ sum: { of: 'a', less: 'Y', gt: 5 } }, ['rule.sum.less series']],
    [{ sum: { of: 'a', less: null, gt: 5 } }, ['rule.sum.less series']],
    [{ sum: { of: 'a', less: { of: 'b' }, gt: 5 } }, ['rule.sum.less.event name']],
    [{ sum: { of: 'a', less: { event: 'Y', of: '' }, gt: 5 } }, ['rule.sum.less.of path']],
    [{ sum: { less: { event: 'Y' }, gt: 5 } }, ['rule.sum.of path']],
    [
      { sum: { of: 'a', less: { event: 'Y', gte: 5 } } },
      ['rule.sum no-comparison', 'rule.sum.less.gte unknown-field'],
    ],
    [
      { sum: { of: 'a', less: { event: 'Y', within: 'P1D' }, gt: 5 } },
      ['rule.sum.less.within unknown-field'],
    ],
    [{ sum: { of: 'a', less: { event: 'X' }, gt: 5 } }, ['rule.sum.less constant']],
    [{ sum: { of: 'a', less: { event: 'X', of: 'b' }, gt: 5 } }, []],
    [{ sum: { of: 'a', less: { event: 'X', where: { a: 1 } }, gt: 5 } }, []],
    [{ sum: { of: 'a', less: { event: '*' }, gt: 5 } }, []],
    [
      { sum: { of: 'a', less: { event: 'Email Opened', own: true, of: 'price' }, gt: 5 } },
      ['rule.sum.less.of property'],
    ],
    [{ sum: { of: 'a', less: { message: 'opened' }, gt: 5 } }, ['rule.sum.less property']],
    [{ sum: { of: 'a', less: { message: 'clicked', of: 'link' }, gt: 5 } }, []],
    ...['[]', 'a[]b', 'a[][]', 'a[].', '.a[]', 'a[0].b', 'a[]..b', '$at[]'].map((of): [object, string[]] => [
      { sum: { of, gt: 5 } },
      ['rule.sum.of path'],
    ]),
    [{ sum: { of: '$context.page.tags[]', gt: 5 } }, []],
    [{ sum: { of: 'a[].b.c', less: { event: 'Y', of: 'a[]' }, gt: 5 } }, []],
    [{ where: { 'a[].b': 1 } }, ['rule.where["a[].b"] path']],
    [{ percentile: { of: 'a', gt: 5 } }, ['rule.percentile.at percent']],
    [{ percentile: { of: 'a', at: 100, gt: 5 } }, ['rule.percentile.at percent']],
    [
      { percentile: { at: 50.5 } },
      ['rule.percentile.of path', 'rule.percentile no-comparison', 'rule.percentile.at percent'],
    ],
    [{ percentile: 5 }, ['rule.percentile measure']],
    [{ average: { of: 'a', less: { event: 'Y' }, gt: 5 } }, ['rule.average.less unknown-operator']],
    [{ distinct: { of: 'a', gte: 1_001 } }, ['rule.distinct.gte count']],
    [{ distinct: { of: 'a', gte: 0 } }, ['rule.distinct constant']],
    [{ distinct: { of: 'a', gte: 1.5 } }, ['rule.distinct.gte count']],
    [{ first: {} }, ['rule.first filter']],
    [{ last: { a: {} } }, ['rule.last.a no-comparison']],
    [{ last: 5 }, ['rule.last filter']],
    [{ regular: { in: 'year', of: 2, gte: 1 } }, ['rule.regular.in unit']],
    [{ regular: { in: 'P1M', of: 2, gte: 1 } }, ['rule.regular.in duration']],
    [{ regular: { in: 'P0D', of: 2, gte: 1 } }, ['rule.regular.in duration']],
    [{ regular: { in: 'P101D', of: 2, gte: 1 } }, ['rule.regular.in duration']],
    [
      { regular: { in: 'P3D', of: 2, gte: 1, weekStarts: 'sunday', zone: 'UTC' } },
      ['rule.regular.weekStarts out-of-place', 'rule.regular.zone out-of-place'],
    ],
    [
      { regular: { in: 'day', of: 2, gte: 1, weekStarts: 'sunday' } },
      ['rule.regular.weekStarts out-of-place'],
    ],
    [{ regular: { in: 'week', of: 2, gte: 1, yearStarts: 2 } }, ['rule.regular.yearStarts out-of-place']],
    [{ regular: { in: 'week', of: 2, gte: 1, weekStarts: 0 } }, ['rule.regular.weekStarts unit']],
    [{ during: { week: 1, weekStarts: 'sunday' } }, ['rule.during during']],
    [{ where: { $at: { during: { week: 1, weekStarts: 'sunday' } } } }, ['rule.where.$at instant']],
    [{ regular: { in: 'day', of: 367, gte: 1 } }, ['rule.regular.of count']],
    [{ regular: { in: 'day', of: 3, gte: 4 } }, ['rule.regular.gte count']],
    [{ regular: { in: 'day', of: [-3, -1], gte: 4 } }, ['rule.regular.gte count']],
    [{ regular: { in: 'day', of: [-1, -3], gte: 1 } }, ['rule.regular.of count']],
    [{ regular: { in: 'day', of: [-1, 1], gte: 1 } }, ['rule.regular.of count']],
    [{ regular: { in: 'day', of: 0, gte: 1 } }, ['rule.regular.of count']],
    [{ regular: { in: 'day', of: 3, lte: 3 } }, ['rule.regular constant']],
    [{ regular: { in: 'day', of: 3, gte: 2, times: { gte: 1 } } }, ['rule.regular.times constant']],
    [{ regular: { in: 'day', of: 3, gte: 2, times: { lte: 0 } } }, ['rule.regular.times.lte count']],
    [{ regular: { in: 'day', of: 3, gte: 2, times: 1_001 } }, ['rule.regular.times count']],
    [{ before: 'P1D', count: { gte: 1_001 } }, ['rule.count.gte count']],
    [{ since: { event: 'Y' }, count: { gte: 1_001 } }, []],
    [{ own: true }, ['rule.own own']],
    [{ event: '*', own: true }, ['rule.own own']],
    [{ event: ['List Left', 'X'], own: true }, ['rule.own own']],
    [{ event: 'Company Changed', own: true, where: { 'company.plan': 'pro' } }, []],
    [{ event: 'Company Changed', own: true, where: { plan: 'pro' } }, ['rule.where.plan property']],
    [{ event: 'Email Clicked', own: true, where: { 'url.host': 'a' } }, ['rule.where["url.host"] property']],
    [{ event: 'List Left', own: false }, ['rule.own own']],
    [{ since: { event: 'X', own: true } }, ['rule.since.own own']],
    [{ event: 'List Left', own: true, where: { liste: 'k' } }, ['rule.where.liste property']],
    [{ event: ['List Left', 'Email Sent'], own: true, where: { list: 'k', step: 's' } }, []],
    [{ event: 'Email Clicked', own: true, where: { url: { contains: '/sale' }, $at: { hour: 9 } } }, []],
    [
      { since: { event: 'Email Sent', own: true, where: { $any: [{ by: 'human' }, { step: 's' }] } } },
      ['rule.since.where.by property'],
    ],
    [
      { event: 'Permission Granted', own: true, where: { way: 'import', claimedAt: { withinLast: 'P30D' } } },
      [],
    ],
    [{ event: 'Permission Granted', own: true, where: { ip: '192.0.2.1' } }, ['rule.where.ip property']],
    [{ event: 'Permission Granted', own: true, where: { way: 'web' } }, ['rule.where.way word']],
    [{ event: 'Permission Granted', where: { way: 'web' } }, []],
    [{ event: 'Permission Granted', own: true, last: { way: 7 } }, ['rule.last.way word']],
    [{ event: 'Permission Granted', own: true, where: { way: { ne: 'web' } } }, []],
    [
      {
        event: ['Unsubscribed', 'Permission Withdrawn'],
        own: true,
        where: { way: { in: ['report', 'spam'] }, state: 'withdrawn' },
      },
      ['rule.where.way word'],
    ],
    [{ event: 'Unsubscribed', own: true, where: { page: 'a' } }, ['rule.where.page property']],
    [
      { event: 'Email Withheld', own: true, where: { reason: { in: ['expired', 'late'] } } },
      ['rule.where.reason word'],
    ],
    [{ event: ['Email Withheld', 'Campaign Left'], own: true, where: { reason: 'late' } }, []],
    [
      { event: ['Email Withheld', 'Email Sent'], own: true, where: { reason: 'late' } },
      ['rule.where.reason word'],
    ],
    [{ event: ['List Left', 5], own: true }, ['rule.event[1] name']],
    [{ event: 5, own: false }, ['rule.event name', 'rule.own own']],
  ])('%j is refused: %j', (fields, problems) => expect(found({ event: 'X', ...fields })).toEqual(problems));

  it('has one canonical form', () => {
    expect(ruleOf({ event: 'X', after: '2026-01-01T01:00:00+01:00' })).toMatchObject({
      after: '2026-01-01T00:00:00.000Z',
    });
    expect(ruleOf({ event: 'X', between: ['P2W', 'PT24H'] })).toMatchObject({ between: ['P14D', 'P1D'] });
    expect(ruleOf({ event: 'X', since: { where: { a: 1 }, event: 'Y' }, sum: { of: 'a', gt: 1 } })).toEqual({
      event: 'X',
      since: { event: 'Y', where: { a: { eq: 1 } } },
      sum: { of: 'a', gt: 1 },
    });
  });
});

describe('the reason', () => {
  it('names the value found and at most ten events, the latest first', () => {
    const history = Array.from({ length: 12 }, (_, index) => at(now - index, { v: 0.1 }));
    const rule = ruleOf({ event: 'X', within: 'P1D', sum: { of: 'v', gt: 1 } });
    const { because } = explain(rule, facts(history), now) as unknown as {
      because: { events: { at: string }[] };
    };
    expect(because).toMatchObject({ count: 12, sum: 1.2 });
    expect(because.events).toHaveLength(10);
    expect(because.events[0]).toEqual({ id: history[0]!.id, at: toIso(now) });
  });
});

describe('a ratio', () => {
  const to = { event: 'Y', where: { p: { eq: { trait: 'b' } }, '$context.ip': { exists: false } } };
  const rule = ruleOf({ event: 'X', ratio: { to, gte: 0.5 }, within: 'P1D' });
  const other = (name: string, at: Instant, p: string): HistoryEvent => ({
    at,
    id: `${name}${at}`,
    name,
    properties: { p },
  });

  it('reads what its other events ask for', () => {
    expect(traitsNamed(rule)).toEqual(['b']);
    expect([eventsNamed(rule), readsContext(rule)]).toEqual([['X', 'Y'], true]);
  });

  it('is shown as what it is', () => {
    const hours = (ago: number) => now - ago * HOUR;
    const history = [
      other('X', hours(1), ''),
      other('X', hours(30), ''),
      other('Y', hours(2), 'z'),
      other('Y', hours(3), 'z'),
      other('Y', hours(4), 'other'),
      other('Y', hours(40), 'z'),
    ];
    const { because } = explain(rule, facts(history, { b: 'z' }), now) as unknown as { because: object };
    expect(because).toMatchObject({ count: 1, ratio: 0.5 });
    const none = explain(rule, facts(history, { b: 'nobody' }), now) as unknown as { because: object };
    expect(none.because).toMatchObject({ count: 1, ratio: null });
  });
});

describe('a sum less another', () => {
  const order = (ago: number, total: Json): HistoryEvent => at(now - ago * HOUR, { total });
  const refund = (ago: number, fields: JsonObject): HistoryEvent => at(now - ago * HOUR, fields, 'Y');
  const spent = (less: object, comparison: object, period: object = {}): Rule =>
    ruleOf({ event: 'X', sum: { of: 'total', less, ...comparison }, ...period });
  const history = [
    order(5, 100.1),
    order(30, 40),
    order(2, 'free'),
    refund(3, { total: 0.1, amount: 60.05 }),
    refund(40, { amount: 30 }),
    { ...at(now - HOUR, { link: 2, by: 'human' }, 'Email Clicked'), own: true },
  ];

  it.each<[object, object, object]>([
    [{ event: 'Y', of: 'amount' }, { eq: 50.05 }, {}],
    [{ event: 'Y', of: 'amount' }, { eq: 40.05 }, { within: 'P1D' }],
    [{ event: 'Y', of: 'amount' }, { eq: 10 }, { before: 'P1D' }],
    [{ event: 'Y', of: 'amount', where: { amount: { gt: 50 } } }, { eq: 80.05 }, {}],
    [{ event: 'Y' }, { eq: 140 }, {}],
    [{ event: 'Z' }, { eq: 140.1 }, {}],
    [{ message: 'clicked', of: 'link' }, { eq: 138.1 }, {}],
    [{ event: 'Y', of: 'amount' }, { eq: 40.05 }, { since: { event: 'X', where: { total: 40 } } }],
    [{ event: 'X', where: { total: { lt: 50 } } }, { eq: 100.1 }, {}],
  ])('by %j is %j of %j, exactly', (less, comparison, period) => {
    const rule = spent(less, comparison, period);
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
    expect(evaluate(rule, facts(history), now)).toBe(true);
    const subject = { contact: '1', traits: {}, state: book.foldAll(history) };
    expect(book.members(subject, now)).toEqual(new Set([1]));
  });

  it('may be below 0, and is 0 over nothing', () => {
    const rule = spent({ event: 'Y', of: 'amount' }, { lt: 0 });
    expect(evaluate(rule, facts(history.slice(3)), now)).toBe(true);
    expect(evaluate(rule, facts([]), now)).toBe(false);
  });

  it('is written out with the property that is taken', () => {
    const canonical = (less: object) => ruleText(spent(less, { gte: 5 }));
    expect(canonical({ event: 'Y' })).toBe(canonical({ event: 'Y', of: 'total' }));
    expect(canonical({ event: 'Y' })).not.toBe(canonical({ event: 'Y', of: 'amount' }));
  });

  it('reads what its other events ask for', () => {
    const where = { p: { eq: { trait: 'b' } } };
    const rule = spent({ event: 'Y', where, of: '$context.ip' }, { gte: 5 });
    expect(traitsNamed(rule)).toEqual(['b']);
    expect([eventsNamed(rule), readsContext(rule)]).toEqual([['X', 'Y'], true]);
  });

  it('is shown as what it is', () => {
    const rule = spent({ event: 'Y', of: 'amount' }, { gte: 5 }, { within: 'P1D' });
    expect(explain(rule, facts(history), now)).toMatchObject({ because: { count: 1, sum: 40.05 } });
  });
});
