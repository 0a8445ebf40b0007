import type { Problem } from '@entente/kernel';
import { evaluate, parseRule, type Rule } from '.';
import { canonicalRule } from './canonical';

const ruleOf = (json: unknown): Rule => {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};
const problemsOf = (json: unknown): readonly Problem[] => {
  const read = parseRule(json);
  return 'problems' in read ? read.problems : [];
};
const found = (json: unknown): string[] => problemsOf(json).map(({ path, code }) => `${path} ${code}`);
const nested = (depth: number): unknown =>
  Array.from({ length: depth - 1 }).reduce((node) => ({ not: node }), { event: 'X' });

describe('parseRule', () => {
  it('expands sugar', () => {
    expect(ruleOf({ event: 'X' })).toEqual({ event: 'X', count: { gte: 1 } });
    expect(ruleOf({ event: 'X', where: { a: 'b', n: 1 }, within: 'P1W', count: 2 })).toEqual({
      event: 'X',
      where: { a: { eq: 'b' }, n: { eq: 1 } },
      within: 'P7D',
      count: { eq: 2 },
    });
    expect(ruleOf({ trait: 'country', in: ['FR', 'BE', 'FR'] })).toEqual({
      trait: 'country',
      in: ['BE', 'FR'],
    });
  });

  it('reads the rule that the documentation shows', () => {
    const rule = ruleOf({
      all: [
        { event: 'Order Completed', where: { total: { gt: 50 } }, within: 'P90D', count: { gte: 3 } },
        { not: { event: 'Order Completed', within: 'P30D' } },
        { trait: 'country', in: ['FR', 'BE'] },
      ],
    });
    expect(parseRule(canonicalRule(rule))).toHaveProperty('rule');
  });

  it('says where a calendar is given no time zone that there is', () => {
    expect(found({ event: 'X', within: { calendar: 'P1M', zone: 'Mars/Olympus' } })).toEqual([
      'rule.within.zone zone',
    ]);
    expect(found({ event: 'X', during: { month: 0, zone: '+01:00' } })).toEqual(['rule.during.zone unit']);
    expect(found({ event: 'X', regular: { in: 'day', of: 7, gte: 3, zone: 1 } })).toEqual([
      'rule.regular.zone unit',
    ]);
    const windows = ['UTC', 'Asia/Tokyo'].map((zone, place) => ({ calendar: `P${2 - place}M`, zone }));
    expect(found({ event: 'X', between: windows })).toEqual(['rule.between between']);
  });

  it('spells time zones in one way', () => {
    const zones = ['europe/paris', 'Europe/Paris'];
    const rulesOf = (json: (zone: string) => object) =>
      zones.map((zone) => canonicalRule(ruleOf(json(zone))));
    for (const json of [
      (zone: string) => ({ event: 'X', during: { week: 0, zone } }),
      (zone: string) => ({ event: 'X', regular: { in: 'week', of: 4, gte: 3, zone } }),
      (zone: string) => ({ trait: 'a', withinNext: { calendar: 'P1M', zone } }),
    ]) {
      const [one, other] = rulesOf(json);
      expect(one).toEqual(other);
    }
    const windows = zones.map((zone, place) => ({ calendar: `P${2 - place}M`, zone }));
    expect(found({ event: 'X', between: windows })).toEqual([]);
  });

  it('names every problem at once, with its path and what was expected', () => {
    const problems = problemsOf({
      all: [
        { event: '', where: { total: { gt: '50' }, 'a..b': 1 }, within: 'P1M', count: { gte: 1.5 } },
        { any: [] },
        { not: { trait: 'age' } },
        { trait: 'age', gt: 5, above: 3 },
        { event: 'X', segment: 'y' },
        { evnt: 'X' },
        'buyers',
        { segment: 5 },
      ],
    });
    expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'rule.all[0].event name',
      'rule.all[0].where["a..b"] path',
      'rule.all[0].where.total.gt operand',
      'rule.all[0].within calendar',
      'rule.all[0].count.gte count',
      'rule.all[1].any empty',
      'rule.all[2].not no-comparison',
      'rule.all[3].above unknown-field',
      'rule.all[4] two-kinds',
      'rule.all[5] no-kind',
      'rule.all[6] node',
      'rule.all[7].segment name',
    ]);
    for (const { message, expected } of problems) {
      expect(message).toMatch(/^[A-Z"].*\.$/);
      expect(expected).toBeTruthy();
    }
  });

  it('says where the rule itself stands', () => {
    expect(parseRule({}, 'steps[2].branch[0].if')).toMatchObject({
      problems: [{ path: 'steps[2].branch[0].if', code: 'no-kind' }],
    });
  });

  it.each([
    ['within', 'P0D'],
    ['within', 'P1Y'],
    ['within', 'PT'],
    ['within', '30 days'],
    ['within', -1],
    ['within', 'P999999W'],
    ['where', {}],
    ['where', []],
    ['where', { p: null }],
    ['where', { p: [1] }],
    ['where', { p: {} }],
    ['where', { p: { like: 'x' } }],
    ['where', { p: { in: [] } }],
    ['where', { p: { in: [{}] } }],
    ['where', { p: { exists: 'yes' } }],
    ['where', { p: { constructor: 1 } }],
    ['count', true],
    ['count', 'three'],
    ['count', {}],
    ['count', -1],
    ['count', 1e300],
    ['count', { exists: true }],
    ['count', { in: [1, 'x'] }],
    ['unless', 1],
  ])('refuses an event with %s %j', (field, value) => {
    expect(problemsOf({ event: 'X', [field]: value })).toHaveLength(1);
    expect(found({ event: 'X', [field]: value })[0]).toMatch(new RegExp(`^rule\\.${field}`));
  });

  it('counts up to a thousand within a window, further without one', () => {
    expect(found({ event: 'X', within: 'P1D', count: { gte: 1_001 } })).toEqual(['rule.count.gte count']);
    expect(found({ event: 'X', count: { gte: 1_001 } })).toEqual([]);
  });

  it.each([{ gte: 0 }, { lt: 0 }, { gte: 3, lte: 2 }, { eq: 1, ne: 1 }, { gt: 2, eq: 2 }])(
    'refuses a count that every contact has, or none: %j',
    (count) => expect(found({ event: 'X', count })).toEqual(['rule.count constant']),
  );

  it('refuses every empty group, so that nobody means everybody by it', () => {
    expect(found({ all: [] })).toEqual(['rule.all empty']);
    expect(found({ any: [] })).toEqual(['rule.any empty']);
    expect(found({ not: {} })).toEqual(['rule.not no-kind']);
    expect(found({ not: [] })).toEqual(['rule.not node']);
    expect(found({ not: { all: [] } })).toEqual(['rule.not.all empty']);
    expect(found({})).toEqual(['rule no-kind']);
  });

  it.each([null, undefined, 1, 'x', [], [{ event: 'X' }], true])('refuses %j', (json) =>
    expect(found(json)).toEqual(['rule node']),
  );

  it('bounds depth and size', () => {
    const wide = (count: number) => ({ any: Array.from({ length: count }, () => ({ event: 'X' })) });
    expect(found(nested(20))).toEqual([]);
    expect(found(nested(21))).toEqual([`rule${'.not'.repeat(20)} too-deep`]);
    expect(found(wide(499))).toEqual([]);
    expect(found(wide(500))).toEqual(['rule.any[499] too-large']);
  });

  it('refuses hostile sizes at once', () => {
    const large = [
      nested(200),
      nested(5_000),
      { all: Array.from({ length: 10_000 }, () => ({ evnt: 1 })) },
      { all: Array.from({ length: 100 }, () => ({ all: Array.from({ length: 100 }, () => ({})) })) },
      { event: 'X', where: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, 1])) },
      { event: 'X', ...Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, 1])) },
      { trait: 'a', in: Array.from({ length: 100_000 }, (_, i) => i) },
      { trait: 'a'.repeat(1_000_000), eq: 'b'.repeat(1_000_000) },
      { ['k'.repeat(1_000_000)]: 1 },
    ];
    const begun = performance.now();
    for (const json of large) {
      const problems = problemsOf(json);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.length).toBeLessThanOrEqual(100);
      expect(JSON.stringify(problems).length).toBeLessThan(60_000);
    }
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it.each<object>([
    { trait: 'a', gt: 'x' },
    { trait: 'a', isNot: { some: { b: { is: 1 } } } },
    { trait: 'a', objects: { where: { b: {} }, gte: -1 } },
    { trait: 'a', eq: { property: 'b' } },
    { trait: 'a', before: { trait: 'b', plus: 'P1M' } },
    { event: 5, own: 7, where: { a: { is: 1 } } },
    { event: ['X', 5], own: true, where: { $at: { gt: 1 } } },
    { event: 'X', where: { $any: [{ a: { is: 1 } }, { $at: 5 }] } },
    { event: 'X', where: { a: { isNot: { gt: 'x' } }, 'b..c': 1 }, since: { event: 5, where: {} } },
    { event: 'X', regular: { in: 'day', of: 3, gte: 1, times: 'x' }, first: { a: {} } },
    { event: 'X', sum: { of: '$at', gt: 'x' } },
    { sequence: [{ event: 5 }, { message: 'x', without: { event: 'X', where: { a: {} } } }] },
    { message: 'opened', by: 'x', count: { gte: -1 } },
  ])('bears more problems than are told: %j', (node) =>
    expect(problemsOf({ any: Array.from({ length: 150 }, () => node) })).toHaveLength(100),
  );

  it.each<object>([
    { trait: 'a', gt: 5, lt: 3 },
    { not: { trait: 'a', isNot: { eq: 1, ne: 1 } } },
    { event: 'X', where: { p: { after: '2026-02-01', before: '2026-01-01' } } },
    { event: 'X', where: { $at: { withinNext: 'P1D' } } },
    { event: 'X', where: { $at: { isNot: { during: { day: 1 } } } } },
    { event: 'X', since: { event: 'X' } },
    { event: 'X', where: { $at: { gt: { trait: 'a' } } } },
    { event: 'X', where: { $name: 'Y' } },
    { event: 'X', where: { $name: { gt: 1 } } },
    { event: 'X', where: { '$name.p': 1 } },
    { event: 'X', where: { a: { some: { b: { eq: { property: '$name' } } } } } },
    { event: 'X', sum: { of: '$name', gt: 1 } },
    { trait: '$name', eq: 1 },
    { trait: '$createdAt', eq: 1 },
    { trait: '$createdAt.x', eq: 1 },
    { trait: 'a', before: { trait: '$createdAt.x' } },
    { trait: 'a\\b', eq: 1 },
    { sequence: [{ event: 'X' }, { event: 'x'.repeat(300) }] },
  ])('reads a mistake that is stored, which an author is told: %j', (json) => {
    expect(problemsOf(json)).toHaveLength(1);
    const read = parseRule(json, 'rule', true);
    expect(read).toHaveProperty('rule');
    const { rule } = read as { rule: Rule };
    expect(parseRule(rule, 'rule', true)).toMatchObject({ rule });
    expect(
      evaluate(rule, { contact: '1', timeZone: 'UTC', traits: {}, history: [], memberOf: () => false }, 0),
    ).toBe(false);
  });

  it.each(["a'; select pg_sleep(10)--", '"', '$1', '->>', '__proto__', 'constructor.name', 'toString'])(
    'takes the path %s as a name and nothing else',
    (path) => {
      const json = JSON.parse(`{"event":"X","where":{${JSON.stringify(path)}:"v"}}`);
      expect(ruleOf(json)).toEqual({
        event: 'X',
        where: JSON.parse(`{${JSON.stringify(path)}:{"eq":"v"}}`),
        count: { gte: 1 },
      });
      expect(ruleOf({ trait: path, exists: true })).toEqual({ trait: path, exists: true });
    },
  );

  it.each(['a\0b', '\ud800', ''])('refuses the name %j, which cannot be stored', (name) => {
    expect(found({ event: name })).toEqual(['rule.event name']);
    expect(found({ trait: name, exists: true })).toEqual(['rule.trait path']);
    expect(found({ segment: name })).toEqual(['rule.segment name']);
  });

  it('refuses numbers that JSON cannot write back, or not with all their digits', () => {
    expect(found({ trait: 'a', gt: JSON.parse('1e999') })).toEqual(['rule.gt operand']);
    expect(found({ trait: 'a', eq: JSON.parse('12345678901234567891') })).toEqual(['rule.eq operand']);
    expect(found({ trait: 'a', in: [1, -(2 ** 53)] })).toEqual(['rule.in operand']);
    expect(found({ trait: 'a', lt: 2 ** 53 - 1 })).toEqual([]);
    expect(JSON.stringify(ruleOf({ trait: 'a', eq: -0 }))).toBe('{"trait":"a","eq":0}');
  });
});

describe('canonicalRule', () => {
  const text = (json: unknown): string => JSON.stringify(canonicalRule(ruleOf(json)));

  it.each([
    [{ event: 'X' }, { count: { gte: 1 }, event: 'X' }],
    [
      { event: 'X', within: 'P1W', where: { b: 1, a: 2 } },
      { where: { a: { eq: 2 }, b: { eq: 1 } }, within: 'PT168H', event: 'X' },
    ],
    [
      { all: [{ event: 'X' }, { trait: 'a', lt: 2, gt: 1 }] },
      { all: [{ gt: 1, lt: 2, trait: 'a' }, { event: 'X' }, { event: 'X' }] },
    ],
    [
      { not: { any: [{ segment: 'a' }, { segment: 'b' }] } },
      { not: { any: [{ segment: 'b' }, { segment: 'a' }] } },
    ],
    [
      { trait: 'a', in: [2, 1] },
      { trait: 'a', in: [1, 2, 2] },
    ],
  ])('gives equal rules equal texts: %j', (a, b) => expect(text(a)).toBe(text(b)));

  it('tells different rules apart', () => {
    expect(text({ all: [{ event: 'X' }] })).not.toBe(text({ any: [{ event: 'X' }] }));
    expect(text({ trait: 'a', eq: '1' })).not.toBe(text({ trait: 'a', eq: 1 }));
  });

  it('is a rule again, with the same text', () => {
    const json = { any: [{ not: { event: 'X', count: 2, within: 'PT90M' } }, { trait: 'a.b', ne: 'c' }] };
    expect(text(canonicalRule(ruleOf(json)))).toBe(text(json));
  });

  it('takes no more patterns than can be prepared at once', () => {
    const all = Array.from({ length: 12 }, (_, n) => ({ trait: 'a', matches: `x${n}` }));
    expect(found({ all: all.slice(0, 10) })).toEqual([]);
    expect(found({ all })).toEqual([
      'rule.all[10].matches too-many-patterns',
      'rule.all[11].matches too-many-patterns',
    ]);
  });
});
