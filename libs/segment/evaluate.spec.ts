import type { Instant, Json, JsonObject } from '@entente/kernel';
import { evaluate, parseRule, type Facts, type HistoryEvent, type Rule } from '.';

const DAY = 86_400_000;
const now: Instant = Date.UTC(2026, 10, 23, 12);
const ruleOf = (json: unknown): Rule => (parseRule(json) as { rule: Rule }).rule;
const at = (instant: Instant, properties: JsonObject = {}, name = 'X'): HistoryEvent => ({
  at: instant,
  id: String(instant),
  name,
  properties,
});
const facts = (some: Partial<Facts>): Facts => ({
  contact: '1',
  timeZone: 'UTC',
  traits: {},
  history: [],
  memberOf: () => false,
  ...some,
});
const holds = (json: unknown, some: Partial<Facts> = {}, when = now): boolean =>
  evaluate(ruleOf(json), facts(some), when);

describe('events', () => {
  it('happened at least once, ever, when nothing more is said', () => {
    expect(holds({ event: 'X' })).toBe(false);
    expect(holds({ event: 'X' }, { history: [at(0)] })).toBe(true);
    expect(holds({ event: 'X' }, { history: [at(0, {}, 'x')] })).toBe(false);
  });

  it('are inside a window at their own instant and outside at its length after it', () => {
    const rule = { event: 'X', within: 'P30D' };
    const history = [at(now)];
    expect(holds(rule, { history }, now - 1)).toBe(false);
    expect(holds(rule, { history }, now)).toBe(true);
    expect(holds(rule, { history }, now + 30 * DAY - 1)).toBe(true);
    expect(holds(rule, { history }, now + 30 * DAY)).toBe(false);
  });

  it.each<[unknown, boolean[]]>([
    [2, [false, false, true, false]],
    [{ eq: 0 }, [true, false, false, false]],
    [{ ne: 1 }, [true, false, true, true]],
    [{ gte: 2 }, [false, false, true, true]],
    [{ gt: 2 }, [false, false, false, true]],
    [{ lte: 1 }, [true, true, false, false]],
    [{ lt: 1 }, [true, false, false, false]],
    [{ in: [0, 3] }, [true, false, false, true]],
    [{ notIn: [0, 3] }, [false, true, true, false]],
    [{ gte: 1, lte: 2 }, [false, true, true, false]],
  ])('are counted: %j', (count, truths) => {
    const history = [at(now), at(now - 1), at(now - 1)];
    for (const [number, truth] of truths.entries()) {
      expect(holds({ event: 'X', count }, { history: history.slice(0, number) })).toBe(truth);
      expect(holds({ event: 'X', count, within: 'P1D' }, { history: history.slice(0, number) })).toBe(truth);
    }
  });

  it('pass all filters of one condition, or are not counted', () => {
    const rule = { event: 'X', where: { total: { gt: 50 }, 'item.color': 'red' }, count: { gte: 1 } };
    expect(holds(rule, { history: [at(1, { total: 60 }), at(2, { item: { color: 'red' } })] })).toBe(false);
    expect(holds(rule, { history: [at(1, { total: 60, item: { color: 'red' } })] })).toBe(true);
  });

  it('that never happened are what "not" is for', () => {
    expect(holds({ not: { event: 'X', within: 'P1D' } })).toBe(true);
    expect(holds({ not: { event: 'X', within: 'P1D' } }, { history: [at(now)] })).toBe(false);
  });
});

describe('comparisons', () => {
  const values: (Json | undefined)[] = [
    'a',
    'b',
    '',
    1,
    2,
    0,
    true,
    false,
    null,
    undefined,
    ['a'],
    { a: 'a' },
  ];
  it.each<[string, Json, (Json | undefined)[]]>([
    ['eq', 'a', ['a']],
    ['eq', 1, [1]],
    ['eq', false, [false]],
    ['eq', '', ['']],
    ['ne', 'a', ['b', '']],
    ['ne', 1, [2, 0]],
    ['in', ['a', 2], ['a', 2]],
    ['notIn', ['a', 2], ['b', '', 1, 0]],
    ['notIn', ['a'], ['b', '']],
    ['exists', true, ['a', 'b', '', 1, 2, 0, true, false, ['a'], { a: 'a' }]],
    ['exists', false, [null, undefined]],
    ['gt', 1, [2]],
    ['gte', 1, [1, 2]],
    ['lt', 1, [0]],
    ['lte', 1, [1, 0]],
  ])('%s %j holds for its own type only', (operator, operand, pass) => {
    const traits = (value: Json | undefined): JsonObject => (value === undefined ? {} : { t: value });
    const passed = values.filter((value) =>
      holds({ trait: 't', [operator]: operand }, { traits: traits(value) }),
    );
    expect(passed).toEqual(pass);
  });

  it('combined must all hold', () => {
    const rule = { trait: 'age', gte: 18, lt: 65, ne: 42 };
    const ages = [17, 18, 42, 64, 65, '30', null];
    expect(ages.filter((age) => holds(rule, { traits: { age } }))).toEqual([18, 64]);
  });

  it('follow dot paths through own fields of objects only', () => {
    expect(holds({ trait: 'a.b', eq: 1 }, { traits: { a: { b: 1 } } })).toBe(true);
    for (const path of ['__proto__', 'constructor', 'a.length', 'a.0', 'a.b.c', 'toString.name'])
      expect(holds({ trait: path, exists: true }, { traits: { a: ['x'] } })).toBe(false);
    expect(holds({ trait: '__proto__', eq: 1 }, { traits: JSON.parse('{"__proto__":1}') })).toBe(true);
  });
});

describe('groups and references', () => {
  const yes = { segment: 'yes' };
  const no = { segment: 'no' };
  const memberOf = (segment: string): boolean => segment === 'yes';

  it.each<[unknown, boolean]>([
    [yes, true],
    [no, false],
    [{ not: no }, true],
    [{ all: [yes, no] }, false],
    [{ all: [yes, yes] }, true],
    [{ any: [yes, no] }, true],
    [{ any: [no, no] }, false],
    [{ not: { all: [yes, { not: { any: [no, yes] } }] } }, true],
  ])('%j is %s', (rule, truth) => expect(holds(rule, { memberOf })).toBe(truth));
});
