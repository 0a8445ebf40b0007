import fc from 'fast-check';
import { DAY, HOUR, type Instant } from '@entente/kernel';
import { compileBook, evaluate, explain, parseRule, type Facts, type HistoryEvent, type Rule } from '..';

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
  ])('of %j within %s: %s is %s', (sequence, overall, events, truth) => {
    const rule = ruleOf({ sequence, ...(overall && { overall }) });
    expect(evaluate(rule, factsOf(lived(events)), start + 100 * HOUR)).toBe(truth);
  });

  it('within a millisecond goes by the ids of events', () => {
    const event = (id: string, name: string): HistoryEvent => ({ at: start, id, name, properties: {} });
    const rule = ruleOf({ sequence: [a, b] });
    expect(evaluate(rule, factsOf([event('2', 'B'), event('1', 'A')]), start)).toBe(true);
    expect(evaluate(rule, factsOf([event('1', 'B'), event('2', 'A')]), start)).toBe(false);
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
    [{ sequence: [a, b], overall: 5 }, ['rule.overall duration']],
    [{ sequence: [a, b], within: 'P1D', after: '2026-01-01' }, ['rule several']],
    [{ sequence: [a, b], count: 2 }, ['rule.count unknown-field']],
  ])('%j is refused: %j', (json, problems) => expect(found(json)).toEqual(problems));
});

describe('what is kept of a sequence', () => {
  const names = fc.constantFrom('A', 'B', 'C');
  const hours = fc.integer({ min: 1, max: 6 }).map((n) => `PT${n}H`);
  const link = fc.record({ within: hours, without: names.map((event) => ({ event })) }, { requiredKeys: [] });
  const steps = fc
    .tuple(names, fc.array(fc.tuple(names, link), { minLength: 1, maxLength: 2 }))
    .map(([first, others]) => [{ event: first }, ...others.map(([event, one]) => ({ event, ...one }))]);
  const rules = fc
    .tuple(
      steps,
      fc.record({ overall: hours }, { requiredKeys: [] }),
      fc.constantFrom<object>({}, { within: 'PT3H' }, { before: 'PT2H' }, { between: ['PT4H', 'PT2H'] }),
    )
    .map(([sequence, overall, period]) => ruleOf({ sequence, ...overall, ...period }));
  const texts = fc.string({ unit: fc.constantFrom('A', 'B', 'C', '.'), minLength: 4, maxLength: 14 });

  it('says the same as its definition, after every event and at every hour, and keeps as much for ever', () => {
    fc.assert(
      fc.property(rules, texts, (rule, text) => {
        const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
        const history = lived(text);
        const kept: HistoryEvent[] = [];
        let state = book.emptyState();
        for (let now = start; now < start + 24 * HOUR; now += HOUR) {
          for (const event of history.filter(({ at }) => at === now)) {
            state = book.fold(state, event) as typeof state;
            kept.push(event);
          }
          const members = book.members({ contact: '1', state, traits: {} }, now);
          expect(members.has(1)).toBe(evaluate(rule, factsOf(kept), now));
        }
        expect(book.foldAll(history)).toEqual(state);
      }),
      { numRuns: 300 },
    );
  });
});
