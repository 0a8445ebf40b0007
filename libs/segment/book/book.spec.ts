import { createHash } from 'node:crypto';
import type { Instant, JsonObject } from '@entente/kernel';
import {
  compileBook,
  decodeState,
  encodeState,
  parseRule,
  SegmentCycle,
  type HistoryEvent,
  type Rule,
  type SegmentVersion,
  type SeriesState,
  type Subject,
} from '..';

const SECOND = 1_000;
const start: Instant = Date.UTC(2026, 10, 23);
const nothing = compileBook([]).emptyState();
const subject = (state: SeriesState, traits: JsonObject = {}): Subject => ({ contact: '1', state, traits });
const ruleOf = (json: unknown): Rule => (parseRule(json) as { rule: Rule }).rule;
const live = (id: number, segment: string, rule: unknown): SegmentVersion => ({
  id,
  segment,
  status: 'live',
  rule: ruleOf(rule),
});
const building = (id: number, segment: string, rule: unknown): SegmentVersion => ({
  ...live(id, segment, rule),
  status: 'building',
});
const event = (at: Instant, properties: JsonObject = {}, name = 'X'): HistoryEvent => ({
  at,
  id: `${name}${at}`,
  name,
  properties,
});

describe('state', () => {
  const book = compileBook([
    live(1, 'ever', { event: 'X' }),
    live(2, 'thrice', { event: 'X', within: 'PT10S', count: { gte: 3 } }),
    live(3, 'at-most-once', { event: 'X', within: 'PT5S', count: { lte: 1 } }),
    live(4, 'big', { event: 'X', where: { total: { gt: 50 } } }),
  ]);

  it('keeps the total and as many instants as the conditions of a series need', () => {
    const history = [1, 5, 3, 2, 4].map((second) => event(start + second * SECOND));
    const state = book.foldAll(history);
    expect([...state.unpacked.values()]).toEqual([
      [5, [start + 5 * SECOND, start + 4 * SECOND, start + 3 * SECOND]],
    ]);
    expect(encodeState(decodeState(encodeState(state)))).toEqual(encodeState(state));
  });

  it('stays the same object when no series has the event', () => {
    const state = book.emptyState();
    expect(book.fold(state, event(start, {}, 'Y'))).toBe(state);
    expect(book.touchedBy({ name: 'Y', properties: {} })).toBe(false);
    expect(book.touchedBy({ name: 'X', properties: {} })).toBe(true);
  });

  it('takes in whatever somebody does, and neither what tells who they are nor what Entente tells', () => {
    const any = compileBook([live(1, 'any', { event: '*', where: { a: 'x' } })]);
    const happened = (name: string, own?: true) =>
      any.touchedBy({ name, properties: { a: 'x' }, ...(own && { own }) });
    expect(['X', '*', 'List Joined'].map((name) => happened(name))).toEqual([true, true, true]);
    expect(['Identified', 'Group Joined', 'Aliased', 'Told Apart'].some((name) => happened(name))).toBe(
      false,
    );
    expect(happened('List Joined', true)).toBe(false);
    const told = compileBook([live(1, 'told', { event: 'Identified', where: { a: 'x' } })]);
    const said = { name: 'Identified', properties: { a: 'x' } };
    expect([told.touchedBy({ ...said, identify: true }), told.touchedBy(said)]).toEqual([true, false]);
    const sinceAny = compileBook([
      live(1, 'since', { event: 'X', since: { event: '*', where: { a: 'x' } } }),
    ]);
    expect(sinceAny.foldAll([event(start, { a: 'x' })])).toEqual(
      sinceAny.fold(sinceAny.emptyState(), event(start, { a: 'x' })),
    );
  });

  it('takes no state of identify calls that a release before made of others, too', () => {
    const parts = ['latest', 1, [{ event: 'Identified' }], null, []];
    const before = createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 12);
    const keysOf = (name: string) => [
      ...compileBook([live(1, 's', { event: name })])
        .foldAll([{ ...event(start, {}, name), identify: true }])
        .keys(),
    ];
    expect(keysOf('Identified')).toHaveLength(1);
    expect(keysOf('Identified')).not.toEqual([before]);
    const other = createHash('sha256').update(JSON.stringify(['latest', 1, [{ event: 'X' }], null, []]));
    expect(keysOf('X')).toEqual([other.digest('base64url').slice(0, 12)]);
  });

  it('knows when a filter of what events are set against moves by itself', () => {
    const DAY = 86_400 * SECOND;
    const to = { event: 'Y', where: { due: { withinNext: 'P1D' } } };
    const book = compileBook([live(1, 'rate', { event: 'X', ratio: { to, gte: 1 } })]);
    const due = new Date(start + 2 * DAY).toISOString();
    const state = book.foldAll([event(start), event(start, { due }, 'Y')]);
    expect([...book.members(subject(state), start)]).toEqual([]);
    expect(book.nextChange(subject(state), start)).toBe(start + DAY);
    expect([...book.members(subject(state), start + DAY)]).toEqual([1]);
    expect(book.nextChange(subject(state), start + DAY)).toBe(start + 2 * DAY);
    expect([...book.members(subject(state), start + 2 * DAY)]).toEqual([]);
  });

  it('has nothing to wait for without events, though their filter goes by a trait', () => {
    const where = { p: { eq: { trait: 'b' } } };
    const weekly = compileBook([
      live(1, 'weekly', { event: 'X', where, regular: { in: 'week', of: 2, gte: 1 } }),
    ]);
    const somebody = { contact: '1', traits: { b: 1 } };
    expect(weekly.nextChange({ ...somebody, state: weekly.emptyState() }, start)).toBeUndefined();
    const state = weekly.foldAll([event(start, { p: 1 })]);
    expect(weekly.nextChange({ ...somebody, state }, start)).toBeDefined();
  });

  it('must be recomputed when it was folded for smaller needs', () => {
    const smaller = compileBook([live(2, 'twice', { event: 'X', within: 'PT10S', count: { gte: 2 } })]);
    const history = [1, 2, 3].map((second) => event(start + second * SECOND));
    expect(book.fold(smaller.foldAll(history), event(start))).toBe('recompute');
    expect(smaller.needs).not.toEqual(book.needs);
  });

  it('needs the same for the same series, whatever the rules', () => {
    const same = compileBook([
      live(7, 'a', { not: { event: 'X', where: { total: { gt: 50 } }, count: 5 } }),
      live(8, 'b', { event: 'X', within: 'P1D', count: { gt: 2 } }),
    ]);
    expect(same.needs).toEqual(book.needs);
  });
});

describe('time', () => {
  const book = compileBook(
    [live(1, 'thrice', { event: 'X', within: 'PT10S', count: { gte: 3 } })],
    [ruleOf({ event: 'X', within: 'PT1S' })],
  );

  it('moves a window at the instant of its third latest event plus its length', () => {
    const state = book.foldAll([1, 2, 2, 4].map((second) => event(start + second * SECOND)));
    const now = start + 4 * SECOND;
    const next = start + 12 * SECOND;
    expect(book.nextChange(subject(state), now)).toBe(next);
    expect(book.members(subject(state), next - 1)).toEqual(new Set([1]));
    expect(book.members(subject(state), next)).toEqual(new Set());
    expect(book.affectedByTime(subject(state), now, next - 1)).toEqual([]);
    expect(book.affectedByTime(subject(state), now, next)).toEqual([1]);
    expect(book.nextChange(subject(state), next)).toBeUndefined();
  });

  it('wakes nobody for a rule that is not a segment', () => {
    const state = book.foldAll([event(start)]);
    expect(book.holds(ruleOf({ within: 'PT1S', event: 'X' }), subject(state, {}), start)).toBe(true);
    expect(book.nextChange(subject(state), start)).toBeUndefined();
  });
});

describe('segments of segments', () => {
  const versions = [
    live(1, 'c', { all: [{ segment: 'b' }, { not: { segment: 'gone' } }] }),
    live(2, 'b', { segment: 'a' }),
    live(3, 'a', { trait: 'vip', eq: true }),
    building(4, 'a', { trait: 'vip', eq: false }),
    building(5, 'd', { segment: 'b' }),
    building(6, 'e', { segment: 'a' }),
  ];
  const book = compileBook(versions, [ruleOf({ segment: 'c' })]);

  it('are decided after those they name: building ones name building ones first, live ones live ones', () => {
    expect(book.members(subject(nothing, { vip: true }), start)).toEqual(new Set([1, 2, 3, 5]));
    expect(book.members(subject(nothing, { vip: false }), start)).toEqual(new Set([4, 6]));
    expect(book.holds(ruleOf({ segment: 'c' }), subject(nothing, { vip: true }), start)).toBe(true);
  });

  it('change with those they name', () => {
    const affected = book.affectedByTraits(['vip']);
    expect(new Set(affected)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(affected.indexOf(3)).toBeLessThan(affected.indexOf(2));
    expect(affected.indexOf(2)).toBeLessThan(affected.indexOf(1));
    const { entered, left } = book.changes(subject(nothing, { vip: true }), start, new Set([4, 6]), affected);
    expect(entered.filter((id) => id <= 3)).toEqual([3, 2, 1]);
    expect(left).toEqual([4, 6]);
  });

  it('change once at an instant, however many reasons there are', () => {
    const affected = [...book.affectedByTraits(['vip']), ...book.affectedByTraits(['vip'])];
    const { entered } = book.changes(subject(nothing, { vip: true }), start, new Set(), affected);
    expect(entered).toEqual([...new Set(entered)]);
  });

  it.each([
    [[live(1, 'a', { segment: 'a' })], ['a', 'a']],
    [
      [
        live(1, 'a', { not: { segment: 'b' } }),
        live(2, 'b', { all: [{ event: 'X' }, { segment: 'c' }] }),
        live(3, 'c', { segment: 'a' }),
        live(4, 'free', { segment: 'a' }),
      ],
      ['a', 'b', 'c', 'a'],
    ],
    [
      [building(1, 'a', { segment: 'b' }), live(2, 'a', { event: 'X' }), live(3, 'b', { segment: 'a' })],
      ['a', 'b', 'a'],
    ],
  ])('are refused in a circle, with the path that closes it', (versions, path) => {
    const compile = (): unknown => compileBook(versions);
    expect(compile).toThrow(SegmentCycle);
    expect(compile).toThrow(path.join(' → '));
  });

  it('are no circle where one of them was replaced before the other named it', () => {
    const book = compileBook([
      { ...live(1, 'a', { segment: 'b' }), until: start },
      live(2, 'b', { event: 'X' }),
      live(3, 'a', { event: 'Y' }),
      building(4, 'b', { segment: 'a' }),
    ]);
    const state = book.foldAll([event(start)]);
    expect([...book.members(subject(state), start)].sort()).toEqual([1, 2]);
  });

  it('may be chained ten thousand long', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      live(index, `s${index}`, index ? { segment: `s${index - 1}` } : { trait: 'vip', eq: true }),
    );
    const last = ruleOf({ segment: 's9999' });
    const long = compileBook(chain, [last]);
    expect(long.members(subject(nothing, { vip: true }), start).size).toBe(10_000);
    expect(long.holds(last, subject(nothing, { vip: true }), start)).toBe(true);
    expect(long.affectedByTraits(['vip'])).toHaveLength(10_000);
  });
});

describe('what is touched', () => {
  const book = compileBook([
    live(1, 'shoes', { event: 'X', where: { category: 'shoes' } }),
    live(2, 'hats', { event: 'X', where: { category: { in: ['hats', 'caps'] }, total: { gt: 50 } } }),
    live(3, 'french', { trait: 'address.country', eq: 'FR' }),
    live(4, 'dear', { event: 'X', where: { total: { gt: 100 } } }),
  ]);

  it('is found by name and value', () => {
    expect(book.affectedByEvent({ name: 'X', properties: { category: 'shoes' } })).toEqual([1]);
    expect(book.affectedByEvent({ name: 'X', properties: { category: 'caps', total: 60 } })).toEqual([2]);
    expect(book.affectedByEvent({ name: 'X', properties: { category: 'hats', total: 101 } })).toEqual([2, 4]);
    expect(book.affectedByEvent({ name: 'X', properties: { category: 'hats', total: '60' } })).toEqual([]);
    expect(book.affectedByEvent({ name: 'Y', properties: { category: 'shoes' } })).toEqual([]);
    expect(book.touchedBy({ name: 'X', properties: { category: 'hats' } })).toBe(false);
  });

  it('is found by top-level trait', () => {
    expect(book.usesTraits(['name', 'address'])).toBe(true);
    expect(book.usesTraits(['country'])).toBe(false);
    expect(book.affectedByTraits(['address'])).toEqual([3]);
  });
});

describe('an extra rule', () => {
  it('must be one that the book was compiled with', () => {
    const book = compileBook([]);
    expect(() => book.holds(ruleOf({ event: 'X' }), subject(nothing, {}), start)).toThrow('compiled without');
  });
});
