import type { Instant, JsonObject } from '@entente/kernel';
import {
  compileBook,
  evaluate,
  explain,
  parseRule,
  traitsNamed,
  type Facts,
  type HistoryEvent,
  type Rule,
} from '..';

const now: Instant = Date.UTC(2026, 10, 24, 12);
const DAY = 86_400_000;
const ruleOf = (json: unknown): Rule => (parseRule(json) as { rule: Rule }).rule;
const found = (json: unknown): string[] => {
  const read = parseRule(json);
  return 'problems' in read ? read.problems.map(({ path, code }) => `${path} ${code}`) : [];
};
const factsOf = (traits: JsonObject, history: readonly HistoryEvent[] = []): Facts => ({
  contact: '1',
  traits,
  timeZone: 'UTC',
  history,
  memberOf: () => false,
});
const holds = (json: unknown, facts: Facts, when = now): boolean => evaluate(ruleOf(json), facts, when);

describe('a trait against another', () => {
  const traits = {
    spent: 120,
    limit: 100,
    own: { limit: 120 },
    name: 'Ann',
    nick: 'Ann',
    odd: ['x'],
    none: null,
    ends: '2026-12-01',
    renews: '2026-12-01T08:00:00Z',
  };

  it.each<[JsonObject, boolean]>([
    [{ trait: 'spent', gt: { trait: 'limit' } }, true],
    [{ trait: 'spent', lte: { trait: 'limit' } }, false],
    [{ trait: 'spent', eq: { trait: 'own.limit' } }, true],
    [{ trait: 'name', eq: { trait: 'nick' } }, true],
    [{ trait: 'name', ne: { trait: 'nick' } }, false],
    [{ trait: 'name', ne: { trait: 'spent' } }, false],
    [{ trait: 'odd', eq: { trait: 'odd' } }, false],
    [{ trait: 'odd', ne: { trait: 'own' } }, false],
    [{ trait: 'none', eq: { trait: 'none' } }, false],
    [{ trait: 'gone', eq: { trait: 'gone' } }, false],
    [{ trait: 'spent', gt: { trait: 'name' } }, false],
    [{ trait: 'ends', before: { trait: 'renews' } }, true],
    [{ trait: 'ends', after: { trait: 'renews' } }, false],
    [{ trait: 'ends', after: { trait: 'name' } }, false],
  ])('%j is %s', (rule, truth) => expect(holds(rule, factsOf(traits))).toBe(truth));

  it('serves filters of events', () => {
    const order = { at: now, id: '1', name: 'Order', properties: { total: 110 } };
    const rule = { event: 'Order', where: { total: { gt: { trait: 'limit' } } } };
    expect(holds(rule, factsOf(traits, [order]))).toBe(true);
    expect(holds(rule, factsOf({ limit: 110 }, [order]))).toBe(false);
  });

  it('names both', () =>
    expect(traitsNamed(ruleOf({ trait: 'ends', before: { trait: 'own.end' } }))).toEqual([
      'ends',
      'own',
      'timezone',
    ]));

  it.each<[unknown, string]>([
    [{ trait: 'a', eq: { trait: 'b..c' } }, 'rule.eq.trait path'],
    [{ trait: 'a', eq: { trait: 5 } }, 'rule.eq.trait path'],
    [{ trait: '$at', weekday: 'sunday' }, 'rule.trait path'],
    [{ trait: 'pets[].name', eq: 'Rex' }, 'rule.trait path'],
    [{ trait: 'a', eq: {} }, 'rule.eq operand'],
    [{ trait: 'a', gt: { trait: 'b', plus: 1 } }, 'rule.gt.plus unknown-field'],
    [{ trait: 'a', contains: { trait: 'b' } }, 'rule.contains operand'],
    [{ trait: 'a', in: { trait: 'b' } }, 'rule.in operand'],
    [{ event: 'X', count: { gte: { trait: 'b' } } }, 'rule.count.gte operand'],
  ])('%j has the problem %s', (rule, problem) => expect(found(rule)).toEqual([problem]));
});

it.each<JsonObject>([
  { before: '2026-11-24' },
  { after: '2026-11-24' },
  { onDay: '2026-11-24' },
  { withinLast: 'P1D' },
  { withinNext: 'P1D' },
  { moreThanAgo: 'P1D' },
  { anniversary: 'today' },
  { changedWithin: { calendar: 'P1D' } },
  { changed: { onDay: '2026-11-24' } },
  { changed: { before: '2026-11-24' } },
  { changed: { isNot: { hour: 9 } } },
])('%j goes by the time zone of the contact', (operators) =>
  expect(traitsNamed(ruleOf({ trait: 'd', ...operators }))).toEqual(['d', 'timezone']),
);

describe('the last change', () => {
  const setting = (daysAgo: number, properties: JsonObject, id = String(daysAgo)): HistoryEvent => ({
    at: now - daysAgo * DAY,
    id,
    name: 'Identified',
    identify: true,
    properties,
  });
  const rule = { trait: 'plan', changedWithin: 'P7D' };

  it.each<[string, HistoryEvent[], boolean]>([
    ['nothing', [], false],
    ['a first setting', [setting(3, { plan: 'free' })], true],
    ['a first setting long ago', [setting(8, { plan: 'free' })], false],
    ['the same again', [setting(8, { plan: 'free' }), setting(3, { plan: 'free' })], false],
    ['another value', [setting(3, { plan: 'pro' }), setting(8, { plan: 'free' })], true],
    ['an end', [setting(8, { plan: 'free' }), setting(3, { plan: null })], true],
    ['nothing set to nothing', [setting(3, { plan: null })], false],
    ['a track event of that name', [{ ...setting(3, { plan: 'pro' }), identify: false }], false],
    ['another trait', [setting(8, { plan: 'free' }), setting(3, { city: 'Lyon' })], false],
    ['another type', [setting(8, { plan: 1 }), setting(3, { plan: '1' })], true],
    [
      'another order of fields',
      [setting(8, { plan: { a: 1, b: 2 } }), setting(3, { plan: { b: 2, a: 1 } })],
      false,
    ],
  ])('after %s', (_, history, truth) => expect(holds(rule, factsOf({}, history))).toBe(truth));

  const told = (daysAgo: number, company: JsonObject, version: number, joined = 1): HistoryEvent => ({
    at: now - daysAgo * DAY,
    id: `told ${daysAgo}`,
    name: 'Company Changed',
    own: true,
    properties: { company, version, joined: { at: joined, message: 'm' } },
  });
  const free = { id: 'acme', plan: 'free' };
  const pro = { id: 'acme', plan: 'pro' };

  it.each<[string, HistoryEvent[], boolean]>([
    ['a company was joined', [told(3, pro, 1)], true],
    ['it was joined long ago', [told(8, pro, 1)], false],
    ['its trait became another one', [told(8, free, 1), told(3, pro, 2)], true],
    ['another trait of it did', [told(8, pro, 1), told(3, { ...pro, seats: 5 }, 2)], false],
    ['another company of the same was joined', [told(8, pro, 1), told(3, { ...pro, id: 'b' }, 1, 2)], false],
    ['another company of another one was', [told(8, pro, 1), told(3, { ...free, id: 'b' }, 1, 2)], true],
    ['what it was before was told late', [told(8, pro, 2), told(3, free, 1)], false],
    ['a company left before changed', [told(8, pro, 1, 2), told(3, { ...free, id: 'b' }, 9, 1)], false],
    ['the own trait was set', [told(8, pro, 1), setting(3, { company: { plan: 'free' } })], false],
    ['the own trait was set before', [setting(8, { company: { plan: 'pro' } }), told(3, pro, 1)], false],
    ['there is no company but the own trait', [setting(3, { company: { plan: 'pro' } })], true],
    ['others told of one', [{ ...told(3, pro, 1), own: false }], false],
  ])('looks at what is told of a company: %s', (_, history, truth) =>
    expect(holds({ trait: 'company.plan', changedWithin: 'P7D' }, factsOf({}, history))).toBe(truth),
  );

  it('holds from the change until the window has moved past it', () => {
    const facts = factsOf({}, [setting(0, { plan: 'pro' })]);
    const at = [now - 1, now, now + 7 * DAY - 1, now + 7 * DAY];
    expect(at.map((when) => holds(rule, facts, when))).toEqual([false, true, true, false]);
  });

  it('looks into what a trait is set to as a whole', () => {
    const history = [setting(8, { address: { city: 'Lyon', zip: 1 } }), setting(3, { address: { zip: 2 } })];
    expect(holds({ trait: 'address.city', changedWithin: 'P7D' }, factsOf({}, history))).toBe(true);
    expect(holds({ trait: 'address.street', changedWithin: 'P7D' }, factsOf({}, history))).toBe(false);
  });

  it('stands beside operators', () => {
    const history = [setting(3, { plan: 'pro' })];
    expect(holds({ ...rule, eq: 'pro' }, factsOf({ plan: 'pro' }, history))).toBe(true);
    expect(holds({ ...rule, eq: 'free' }, factsOf({ plan: 'pro' }, history))).toBe(false);
  });

  it.each<[object, boolean]>([
    [{ after: '2026-11-21', before: '2026-11-21T12:00:00.001Z' }, true],
    [{ after: '2026-11-22' }, false],
    [{ before: '2026-11-21T12:00:00Z' }, false],
    [{ onDay: '2026-11-21' }, true],
    [{ withinLast: 'P4D' }, true],
    [{ withinLast: { calendar: 'P2D' } }, false],
    [{ moreThanAgo: 'P3D' }, true],
    [{ moreThanAgo: 'PT73H' }, false],
    [{ during: { day: [-4, -3] } }, true],
    [{ anniversary: { withinLast: 'P2D' } }, false],
    [{ anniversary: { withinNext: 'P360D' } }, false],
    [{ weekday: 'saturday' }, true],
    [{ month: 11, dayOfMonth: 21, hour: 12 }, true],
    [{ hour: { lt: 12 } }, false],
    [{ before: { trait: 'renewsAt' } }, true],
    [{ after: { trait: 'renewsAt', minus: 'P5D' } }, true],
    [{ before: { trait: 'nothing' } }, false],
    [{ isNot: { weekday: 'saturday' } }, false],
    [{ isNot: { withinLast: 'P2D' } }, true],
  ])('is compared as a date: %j', (changed, truth) => {
    const history = [setting(9, { plan: 'free' }), setting(3, { plan: 'pro' }), setting(1, { plan: 'pro' })];
    const facts = factsOf({ renewsAt: '2026-11-25' }, history);
    expect(holds({ trait: 'plan', changed }, facts)).toBe(truth);
    const never = factsOf({ renewsAt: '2026-11-25' }, [setting(3, { city: 'Lyon' })]);
    expect(holds({ trait: 'plan', changed }, never)).toBe('isNot' in changed);
  });

  it('is compared as one of long ago, too', () => {
    const facts = factsOf({}, [{ ...setting(0, { plan: 'pro' }), at: Date.UTC(1970, 1, 1) }]);
    expect(holds({ trait: 'plan', changed: { onDay: '1970-02-01' } }, facts)).toBe(true);
  });

  it('is read in one form, with one memory of it', () => {
    const within = (window: unknown) => ({ trait: 'plan', changed: { withinLast: window } });
    expect(ruleOf({ trait: 'plan', changedWithin: 'P1W' })).toEqual(within('P7D'));
    expect(ruleOf({ trait: 'plan', changedWithin: { calendar: 'P4W' } })).toEqual(
      ruleOf(within({ calendar: 'P28D' })),
    );
    const needsOf = (...rules: object[]) =>
      compileBook(
        rules.map((one, id) => ({ id, segment: `s${id}`, status: 'live' as const, rule: ruleOf(one) })),
      ).needs;
    const [short, both] = [needsOf(rule), needsOf(rule, { trait: 'plan', changed: { weekday: 'monday' } })];
    expect(both).toEqual(short);
    // The states that are stored have it under this key.
    expect(Object.keys(short)).toEqual(['PK0shzGCgXA3']);
  });

  it('depends on what it is compared with', () => {
    const read = (changed: object) => traitsNamed(ruleOf({ trait: 'plan', changed }));
    expect(read({ withinLast: 'P7D', after: '2026-01-01T00:00:00Z' })).toEqual(['plan']);
    expect(read({ isNot: { moreThanAgo: 'P7D' } })).toEqual(['plan']);
    expect(read({ before: { trait: 'renews.at' } })).toEqual(['plan', 'renews', 'timezone']);
  });

  it.each<[object, string[]]>([
    [{ changedWithin: 'P1M', gt: 'x' }, ['rule.changedWithin calendar', 'rule.gt operand']],
    [{ changed: { withinLast: 'P7D' }, changedWithin: 'P7D' }, ['rule several']],
    [{ changed: '2026-11-24' }, ['rule.changed instant']],
    [{ changed: {} }, ['rule.changed no-comparison']],
    [{ changed: null }, ['rule.changed comparison']],
    [{ changed: { exists: true } }, ['rule.changed instant']],
    [{ changed: { gt: 5 } }, ['rule.changed instant']],
    [{ changed: { eq: { trait: 'b' } } }, ['rule.changed instant']],
    [{ changed: { withinNext: 'P7D' } }, ['rule.changed instant']],
    [{ changed: { during: { month: 1 } } }, ['rule.changed instant']],
    [{ changed: { isNot: { withinNext: 'P7D', weekday: 'monday' } } }, ['rule.changed instant']],
    [{ changed: { isNot: { during: { month: [0, 1] } } } }, []],
    [{ changed: { during: { month: [0, 1] } } }, []],
    [{ changed: { after: '2026-02-01', before: '2026-01-01' } }, ['rule.changed constant']],
    [{ changed: { before: { property: 'b' } } }, ['rule property']],
    [{ changed: { on: 'monday' } }, ['rule.changed.on unknown-operator']],
  ])('%j is refused: %j', (fields, problems) =>
    expect(found({ trait: 'plan', ...fields })).toEqual(problems),
  );

  it('is of traits only', () =>
    expect(found({ event: 'X', where: { plan: { changed: { withinLast: 'P1D' } } } })).toEqual([
      'rule.where.plan.changed unknown-operator',
    ]));
});

describe('explain', () => {
  const because = (json: unknown, facts: Facts): unknown => {
    const explanation = explain(ruleOf(json), facts, now);
    return 'because' in explanation ? explanation.because : undefined;
  };

  it('shows the value, and what else was read', () => {
    const history = [
      { at: now - DAY, id: '1', name: 'Identified', identify: true, properties: { plan: 'pro' } },
    ];
    const traits = { plan: 'pro', spent: 5, timezone: 'Europe/Paris' };
    expect(because({ trait: 'plan', changedWithin: 'P7D' }, factsOf(traits, history))).toEqual({
      found: 'pro',
      changed: '2026-11-23T12:00:00.000Z',
    });
    expect(because({ trait: 'plan', changed: { before: { trait: 'spent' } } }, factsOf(traits))).toEqual({
      found: 'pro',
      with: { spent: 5, timezone: 'Europe/Paris' },
      changed: null,
    });
    expect(because({ trait: 'plan', eq: { trait: 'spent' } }, factsOf(traits))).toEqual({
      found: 'pro',
      with: { spent: 5 },
    });
    expect(because({ trait: 'born', anniversary: 'today' }, factsOf(traits))).toEqual({
      found: null,
      with: { timezone: 'Europe/Paris' },
    });
  });
});
