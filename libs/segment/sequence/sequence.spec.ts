import fc from 'fast-check';
import { DAY, HOUR, type Instant } from '@entente/kernel';
import {
  compileBook,
  evaluate,
  eventsNamed,
  explain,
  parseRule,
  traitsNamed,
  type Facts,
  type HistoryEvent,
  type Rule,
} from '..';
import { tellersNamed } from '../rule';

const start: Instant = Date.UTC(2026, 10, 1);
const ruleOf = (json: object): Rule => {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};
const found = (json: object): string[] => {
  const read = parseRule(json);
  return 'problems' in read ? read.problems.map(({ path, code }) => `${path} ${code}`) : [];
};
const factsOf = (history: readonly HistoryEvent[]): Facts => ({
  contact: '1',
  timeZone: 'UTC',
  traits: {},
  history,
  memberOf: () => false,
});
/** `"A B..C"`: events an hour apart, and a dot for an hour without. */
const lived = (text: string): HistoryEvent[] =>
  [...text].flatMap((name, hour) =>
    /\w/.test(name)
      ? [{ at: start + hour * HOUR, id: String(hour).padStart(3, '0'), name, properties: {} }]
      : [],
  );

const not = (series: object, within: string): object => ({ not: series, within });

describe('a sequence', () => {
  const [a, b, c] = ['A', 'B', 'C'].map((event) => ({ event }));

  it.each<[object[], string | undefined, string, boolean]>([
    [[a!, b!], undefined, 'AB', true],
    [[a!, b!], undefined, 'BA', false],
    [[a!, b!], undefined, 'ACCB', true],
    [[a!, a!], undefined, 'A', false],
    [[a!, a!], undefined, 'AA', true],
    [[a!, { ...b, within: 'PT2H' }], undefined, 'A.B', true],
    [[a!, { ...b, within: 'PT2H' }], undefined, 'A..B', false],
    [[a!, { ...b, within: 'PT2H' }], undefined, 'A..AB', true],
    [[a!, { ...b, after: 'PT2H' }], undefined, 'A.B', true],
    [[a!, { ...b, after: 'PT2H' }], undefined, 'AB', false],
    [[a!, { ...b, after: 'PT2H' }], undefined, 'A.AAB', true],
    [[a!, { ...b, after: 'PT2H', within: 'PT3H' }], undefined, 'A...AB', false],
    [[a!, { ...b, after: 'PT2H', within: 'PT3H' }], undefined, 'A.AAB', true],
    [[a!, { ...b, after: 'PT2H', without: c }], undefined, 'AACB', false],
    [[a!, { ...b, after: 'PT2H' }, { ...c, after: 'PT2H' }], undefined, 'AABB.C', true],
    [[a!, { ...b, after: 'PT2H' }, { ...c, after: 'PT2H' }], 'PT5H', 'A.ABA.C', false],
    [[a!, { ...b, after: 'PT2H' }, { ...c, after: 'PT2H' }], 'PT5H', 'A.A.B.C', true],
    [[a!, { ...b, without: c }], undefined, 'ACB', false],
    [[a!, { ...b, without: c }], undefined, 'ACAB', true],
    [[a!, { ...b, without: c }], undefined, 'CABC', true],
    [[a!, { ...b, without: b }], undefined, 'AB', true],
    [[a!, { ...b, without: a }], undefined, 'AAB', true],
    [[a!, b!, c!], 'PT3H', 'A.BC', true],
    [[a!, b!, c!], 'PT3H', 'AB..C', false],
    [[a!, b!, c!], 'PT3H', 'AB.ABC', true],
    [[a!, b!, c!], 'PT3H', 'AAB..C', false],
    [[a!, { ...b, within: 'PT1H' }, { ...a, within: 'PT1H' }], undefined, 'ABA', true],
    [[a!, not(b!, 'PT2H')], undefined, 'A', true],
    [[a!, not(b!, 'PT2H')], undefined, 'B', false],
    [[a!, not(b!, 'PT2H')], undefined, 'AB', false],
    [[a!, not(b!, 'PT2H')], undefined, 'A.B', false],
    [[a!, not(b!, 'PT2H')], undefined, 'A..B', true],
    [[a!, not(b!, 'PT2H')], undefined, 'BA..B', true],
    [[a!, not(b!, 'PT2H')], undefined, 'AAB', false],
    [[a!, not(b!, 'PT2H')], undefined, 'A..AB', true],
    [[a!, not(b!, 'PT2H')], undefined, 'ABA', true],
    [[a!, not(a!, 'PT2H')], undefined, 'AAB', true],
    [[a!, not(a!, 'PT2H')], undefined, 'A.A.A..', true],
    [[a!, b!, not(c!, 'PT1H')], undefined, 'ABC', false],
    [[a!, b!, not(c!, 'PT1H')], undefined, 'ACB', true],
    [[a!, b!, not(c!, 'PT1H')], undefined, 'ABCB', true],
    [[a!, { ...b, within: 'PT1H' }, not(c!, 'PT1H')], undefined, 'ABCB', false],
    [[a!, { ...b, without: c }, not(c!, 'PT1H')], undefined, 'ABCB', false],
    [[a!, { ...b, without: c }, not(a!, 'PT1H')], undefined, 'ABA', false],
    [[a!, b!, not(c!, 'PT5H')], 'PT2H', 'A.B', true],
    [[a!, b!, not(c!, 'PT5H')], 'PT2H', 'A..B', false],
  ])('of %j within %s: %s is %s', (sequence, overall, events, truth) => {
    const rule = ruleOf({ sequence, ...(overall && { overall }) });
    expect(evaluate(rule, factsOf(lived(events)), start + 100 * HOUR)).toBe(truth);
  });

  it('within a millisecond goes by the ids of events', () => {
    const event = (id: string, name: string): HistoryEvent => ({ at: start, id, name, properties: {} });
    const holds = (last: object, ...history: HistoryEvent[]): boolean =>
      evaluate(ruleOf({ sequence: [a, last] }), factsOf(history), start + DAY);
    expect(holds(b!, event('2', 'B'), event('1', 'A'))).toBe(true);
    expect(holds(b!, event('1', 'B'), event('2', 'A'))).toBe(false);
    expect(holds(not(b!, 'PT1H'), event('2', 'B'), event('1', 'A'))).toBe(false);
    expect(holds(not(b!, 'PT1H'), event('1', 'B'), event('2', 'A'))).toBe(true);
  });

  it('that ends with what did not happen holds from the moment on after which it would have come too late', () => {
    const rule = ruleOf({ sequence: [a, not(b!, 'PT2H')] });
    const [early, late] = [lived('A.B'), lived('A..B')];
    const last = start + 2 * HOUR;
    expect(evaluate(rule, factsOf(lived('A')), last)).toBe(false);
    expect(evaluate(rule, factsOf(lived('A')), last + 1)).toBe(true);
    expect(evaluate(rule, factsOf(early), last + 1)).toBe(false);
    expect(evaluate(rule, factsOf(late), last + HOUR)).toBe(true);
    const tooLate = [...lived('A'), { at: last + 1, id: 'x', name: 'B', properties: {} }];
    expect(evaluate(rule, factsOf(tooLate), last + 1)).toBe(true);
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
    const state = book.foldAll(tooLate);
    expect(book.members({ contact: '1', traits: {}, state }, last + 1)).toEqual(new Set([1]));
    const opposite = ruleOf({ sequence: [a, { ...b, within: 'PT2H' }] });
    for (const history of [early, late])
      expect(evaluate(opposite, factsOf(history), start + DAY)).toBe(
        !evaluate(rule, factsOf(history), start + DAY),
      );
  });

  it('is changed by time alone at that moment, and no later', () => {
    const rule = ruleOf({ sequence: [a, not(b!, 'PT2H')], within: 'PT1H' });
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
    const nextOf = (events: string, now: Instant): Instant | undefined =>
      book.nextChange({ contact: '1', traits: {}, state: book.foldAll(lived(events)) }, now);
    const completed = start + 2 * HOUR + 1;
    expect(nextOf('A', start)).toBe(completed);
    expect(nextOf('A', completed)).toBe(completed + HOUR);
    expect(nextOf('A', completed + HOUR)).toBeUndefined();
    expect(nextOf('AB', start + HOUR)).toBeUndefined();
    expect(nextOf('AB.A', start + 3 * HOUR)).toBe(start + 5 * HOUR + 1);
  });

  it('has a period, which is that of the moment at which it was completed by what did not happen', () => {
    const holds = (period: object, at: Instant): boolean =>
      evaluate(ruleOf({ sequence: [a, not(b!, 'PT2H')], ...period }), factsOf(lived('A')), at);
    const completed = start + 2 * HOUR + 1;
    expect(holds({ within: 'PT1H' }, completed)).toBe(true);
    expect(holds({ within: 'PT1H' }, completed + HOUR)).toBe(false);
    expect(holds({ before: 'P1D' }, completed + DAY - 1)).toBe(false);
    expect(holds({ before: 'P1D' }, completed + DAY)).toBe(true);
    expect(holds({ after: '2026-11-01T02:00:00.001Z' }, completed)).toBe(true);
    expect(holds({ after: '2026-11-01T02:00:00.002Z' }, completed)).toBe(false);
    expect(holds({ before: '2026-11-01T02:00:00.001Z' }, completed)).toBe(false);
  });

  it('has a period, which is that of its last step', () => {
    const history = lived('A.B');
    const holds = (period: object, at: Instant): boolean =>
      evaluate(ruleOf({ sequence: [a, b], ...period }), factsOf(history), at);
    const last = start + 2 * HOUR;
    expect(holds({ within: 'PT1H' }, last)).toBe(true);
    expect(holds({ within: 'PT1H' }, last + HOUR)).toBe(false);
    expect(holds({ before: 'P1D' }, last + DAY - 1)).toBe(false);
    expect(holds({ before: 'P1D' }, last + DAY)).toBe(true);
    expect(holds({ after: '2026-11-02' }, last)).toBe(false);
  });

  it('says which events it went by, or how far somebody got', () => {
    const rule = ruleOf({ sequence: [a, b, c] });
    const because = (events: string) => {
      const explanation = explain(rule, factsOf(lived(events)), start + DAY);
      return (explanation as unknown as { because: { steps: number; events: { id: string }[] } }).because;
    };
    expect(because('AABC').events.map(({ id }) => id)).toEqual(['001', '002', '003']);
    expect(because('ABA')).toMatchObject({ steps: 2, events: [{ id: '000' }, { id: '001' }] });
    expect(because('C')).toEqual({ steps: 0, events: [] });
  });

  it('says whether what must not happen counts as a step that was gone through', () => {
    const because = (events: string, period: object = {}) => {
      const rule = ruleOf({ sequence: [a, not(b!, 'PT2H')], ...period });
      return explain(rule, factsOf(lived(events)), start + 3 * HOUR);
    };
    expect(because('A')).toMatchObject({ value: true, because: { steps: 2, events: [{ id: '000' }] } });
    expect(because('AB')).toMatchObject({ value: false, because: { steps: 1, events: [{ id: '000' }] } });
    expect(because('A..A')).toMatchObject({ value: true, because: { steps: 2, events: [{ id: '000' }] } });
    expect(because('A..A', { within: 'PT1M' })).toMatchObject({
      value: false,
      because: { steps: 2, events: [{ id: '000' }] },
    });
    expect(because('.A')).toMatchObject({ value: false, because: { steps: 1, events: [{ id: '001' }] } });
  });

  it('names what must not follow among its events, traits and segments that tell', () => {
    const left = { event: 'Segment Left', own: true, where: { segment: 'vip' } };
    const rule = ruleOf({ sequence: [a, not(left, 'PT1H')] });
    expect([eventsNamed(rule), tellersNamed(rule)]).toEqual([['A', 'Segment Left'], ['vip']]);
    const moving = ruleOf({ sequence: [a, not({ ...b, where: { x: { gt: { trait: 'y' } } } }, 'PT1H')] });
    expect(traitsNamed(moving)).toEqual(['y']);
  });

  it.each<[object, string[]]>([
    [{ sequence: [a] }, ['rule.sequence steps']],
    [{ sequence: 'AB' }, ['rule.sequence steps']],
    [{ sequence: Array(11).fill(a) }, ['rule.sequence steps']],
    [{ sequence: [a, 'B'] }, ['rule.sequence[1] series']],
    [{ sequence: [{ ...a, within: 'P1D' }, b] }, ['rule.sequence[0].within unknown-field']],
    [{ sequence: [a, { ...b, within: { calendar: 'P1D' } }] }, ['rule.sequence[1].within duration']],
    [{ sequence: [a, { ...b, within: 'P1M' }] }, ['rule.sequence[1].within duration']],
    [{ sequence: [a, { ...b, without: 'C' }] }, ['rule.sequence[1].without series']],
    [
      { sequence: [a, { event: 5, where: {} }] },
      ['rule.sequence[1].event name', 'rule.sequence[1].where filter'],
    ],
    [{ sequence: [{ ...a, after: 'P1D' }, b] }, ['rule.sequence[0].after unknown-field']],
    [{ sequence: [a, { ...b, after: '2026-01-01' }] }, ['rule.sequence[1].after duration']],
    [{ sequence: [a, { ...b, after: 'P2D', within: 'P1D' }] }, ['rule.sequence[1].after constant']],
    [{ sequence: [a, { ...b, after: 'P1D', within: 'P1D' }] }, []],
    [{ sequence: [a, { not: b, within: 'P1D', after: 'PT1H' }] }, ['rule.sequence[1].after unknown-field']],
    [{ sequence: [a, b], overall: 5 }, ['rule.overall duration']],
    [{ sequence: [a, b], within: 'P1D', after: '2026-01-01' }, ['rule several']],
    [{ sequence: [a, b], count: 2 }, ['rule.count unknown-field']],
    [{ sequence: [not(a!, 'PT1H')] }, ['rule.sequence steps']],
    [{ sequence: [not(a!, 'PT1H'), b] }, ['rule.sequence[0].not out-of-place']],
    [{ sequence: [a, not(b!, 'PT1H'), c] }, ['rule.sequence[1].not out-of-place']],
    [{ sequence: [a, not(b!, 'PT1H'), not(c!, 'PT1H')] }, ['rule.sequence[1].not out-of-place']],
    [{ sequence: [a, { not: b }] }, ['rule.sequence[1].within duration']],
    [{ sequence: [a, not(b!, 'P1M')] }, ['rule.sequence[1].within duration']],
    [{ sequence: [a, { not: 'B', within: 'PT1H' }] }, ['rule.sequence[1].not series']],
    [
      { sequence: [a, { not: { ...b, within: 'P1D' }, within: 'PT1H' }] },
      ['rule.sequence[1].not.within unknown-field'],
    ],
    [{ sequence: [a, { ...b, ...not(c!, 'PT1H') }] }, ['rule.sequence[1].event unknown-field']],
    [{ sequence: [a, { ...not(b!, 'PT1H'), without: c }] }, ['rule.sequence[1].without unknown-field']],
    [{ sequence: [a, not(b!, 'PT1H')], overall: 'P1D' }, ['rule.overall constant']],
    [{ sequence: [a, not({ event: 'Segment Left' }, 'PT1H')] }, ['rule.sequence[1].not passage']],
  ])('%j is refused: %j', (json, problems) => expect(found(json)).toEqual(problems));
});

describe('a message that was told of two who are one person', () => {
  const twice = lived('AA').map((event) => ({ ...event, at: start, id: 'a' }));
  const later = lived('..A').map((event) => ({ ...event, id: 'a' }));

  it.each<[object, readonly HistoryEvent[], boolean]>([
    [{ sequence: [{ event: 'A' }, { event: 'A' }] }, twice, false],
    [{ sequence: [{ event: 'A' }, { event: 'A', where: { $at: { before: '2027-01-01' } } }] }, twice, false],
    [{ sequence: [{ event: 'A' }, { event: 'A' }] }, [twice[0]!, ...later], true],
    [{ sequence: [{ event: 'A' }, not({ event: 'A' }, 'PT1H')] }, twice, true],
    [{ sequence: [{ event: 'A' }, { event: 'A' }] }, [...twice, ...later], true],
    [{ event: 'A', since: { event: 'B' } }, [twice[0]!, { ...twice[0]!, name: 'B' }], false],
    [{ event: 'A', since: { event: 'B' } }, [{ ...twice[0]!, name: 'B' }, ...later], true],
  ])('is in one place, before which nothing of it comes: %j', (json, history, truth) => {
    const now = start + DAY;
    const rule = ruleOf(json);
    expect(evaluate(rule, factsOf(history), now)).toBe(truth);
    const book = compileBook([], [rule]);
    const states = [history, history.toReversed()].map((events) => book.foldAll(events));
    const folded = history.reduce((state, event) => {
      const next = book.fold(state, event);
      return next === 'recompute' ? book.fold(state, event, () => history) : next;
    }, book.emptyState());
    for (const state of [...states, folded])
      expect(book.holds(rule, { contact: '1', state: state as typeof folded, traits: {} }, now)).toBe(truth);
  });
});

describe('what is kept of a sequence', () => {
  const names = fc.constantFrom('A', 'B', 'C');
  const hours = fc.integer({ min: 1, max: 6 }).map((n) => `PT${n}H`);
  const link = fc.record({ within: hours, without: names.map((event) => ({ event })) }, { requiredKeys: [] });
  const steps = fc
    .tuple(names, fc.array(fc.tuple(names, link), { minLength: 1, maxLength: 2 }))
    .map(([first, others]) => [{ event: first }, ...others.map(([event, one]) => ({ event, ...one }))]);
  const periods = fc.constantFrom<object>(
    {},
    { within: 'PT3H' },
    { before: 'PT2H' },
    { between: ['PT4H', 'PT2H'] },
    { after: '2026-11-01T05:00:00Z' },
    { before: '2026-11-01T08:00:00Z' },
    { during: { day: -1 } },
  );
  const absent = fc.tuple(names, hours).map(([event, within]) => not({ event }, within));
  const rules = fc
    .tuple(
      steps,
      fc.array(absent, { maxLength: 1 }),
      fc.record({ overall: hours }, { requiredKeys: [] }),
      periods,
    )
    .map(([some, last, overall, period]) => ruleOf({ sequence: [...some, ...last], ...overall, ...period }));
  const texts = fc.string({ unit: fc.constantFrom('A', 'B', 'C', '.'), minLength: 4, maxLength: 14 });

  it('says the same as its definition, after every event, at every hour and the moment after, and keeps as much for ever', () => {
    fc.assert(
      fc.property(rules, texts, (rule, text) => {
        const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
        const history = lived(text);
        const kept: HistoryEvent[] = [];
        let state = book.emptyState();
        for (let hour = 0; hour < 30; hour += 1)
          for (const now of [start + hour * HOUR, start + hour * HOUR + 1]) {
            for (const event of history.filter(({ at }) => at === now)) {
              state = book.fold(state, event) as typeof state;
              kept.push(event);
            }
            const members = book.members({ contact: '1', state, traits: {} }, now);
            expect(members.has(1)).toBe(evaluate(rule, factsOf(kept), now));
          }
        expect(book.foldAll(history)).toEqual(state);
      }),
      { numRuns: 600 },
    );
  });
});
