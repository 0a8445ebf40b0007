import fc from 'fast-check';
import { DAY, HOUR, toIso, type Instant, type JsonObject } from '@entente/kernel';
import { compileBook, evaluate, parseRule, type Facts, type HistoryEvent, type Rule } from '..';

/** Paris sets its clocks back on the second day. */
const start: Instant = Date.UTC(2026, 9, 24);
const hours = 48;
const at = (hour: number): Instant => start + hour * HOUR;

const ruleOf = (json: object): Rule => {
  const read = parseRule(json);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};
const bookOf = (...rules: object[]) =>
  compileBook(
    rules.map((rule, place) => ({
      id: place + 1,
      segment: `s${place + 1}`,
      status: 'building',
      rule: ruleOf(rule),
    })),
  );

const few = fc.integer({ min: 1, max: 3 });
const period = fc.oneof(
  fc.constant({}),
  few.map((n) => ({ within: `PT${4 * n}H` })),
  few.map((n) => ({ before: `PT${4 * n}H` })),
  few.map((n) => ({ between: [`PT${8 * n}H`, `PT${4 * n}H`] })),
  fc.constantFrom({ within: 'P1D' }, { within: { calendar: 'P0D' } }, { before: { calendar: 'P0D' } }),
  few.map((n) => ({ after: toIso(at(8 * n)) })),
  fc.constantFrom({ between: ['2026-10-24', '2026-10-25'] }, { before: '2026-10-25' }),
);
const measure = fc.oneof(
  fc.constant({}),
  few.chain((n) => fc.constantFrom({ gte: n }, { eq: n }, { lte: n })).map((count) => ({ count })),
);
const condition = fc.oneof(
  fc
    .tuple(fc.constantFrom('X', 'Y'), period, measure)
    .map(([event, when, often]): object => ({ event, ...when, ...often })),
  fc.constant<object>({ event: 'X', regular: { in: 'day', of: 3, gte: 2 } }),
  fc.constant<object>({ event: 'X', regular: { in: 'day', of: 3, gte: 1, times: { gte: 2 } } }),
  fc.constant<object>({ trait: 'country', eq: 'FR' }),
);
const rule = fc.oneof(
  condition,
  condition.map((not) => ({ not })),
  fc.array(condition, { minLength: 2, maxLength: 3 }).chain((all) => fc.constantFrom({ all }, { any: all })),
);
const contact = fc.record({
  events: fc.array(
    fc.record({ hour: fc.integer({ min: 0, max: hours - 1 }), name: fc.constantFrom('X', 'Y') }),
    { maxLength: 10 },
  ),
  traits: fc.constantFrom<JsonObject>(
    {},
    { country: 'FR' },
    { timezone: 'America/Los_Angeles' },
    { timezone: 'Europe/Paris' },
  ),
});

it('says the same as the definition from then on, of nothing but the instants that still count', () => {
  fc.assert(
    fc.property(rule, contact, fc.integer({ min: 0, max: hours }), (asked, { events, traits }, hour) => {
      const alone = bookOf(asked, { event: 'Z', where: { v: 1 } }).alone([1])!;
      const now = at(hour);
      const history = events
        .filter((one) => at(one.hour) <= now)
        .map(({ hour: when, name }, place): HistoryEvent => ({
          at: at(when),
          id: `${(place * 7) % 11}`,
          name,
          properties: { v: place },
        }));
      const told = history
        .filter(
          ({ name, at: when }) =>
            alone.reaches.has(name) && when > now - (alone.reaches.get(name) ?? Infinity),
        )
        .map(({ name, at: when }) => ({ at: when, id: '', name, properties: {} }));
      const subject = { contact: '1', state: alone.foldAll(told), traits };
      const facts: Facts = { contact: '1', timeZone: 'UTC', traits, history, memberOf: () => false };
      const next = alone.nextChange(subject, now) ?? Infinity;
      const holds = evaluate(ruleOf(asked), facts, now);
      for (let later = now; later < now + 3 * DAY; later += HOUR / 2) {
        const truth = evaluate(ruleOf(asked), facts, later);
        expect(alone.members(subject, later).has(1)).toBe(truth);
        if (later < next) expect(truth).toBe(holds);
      }
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['properties', { event: 'X', where: { v: 1 } }],
  ['what is picked of them', { event: 'X', sum: { of: 'v', gt: 1 } }],
  ['their order', { event: 'X', since: { event: 'Y' } }],
  ['which came first', { event: 'X', first: { v: 1 } }],
  ['steps', { sequence: [{ event: 'X' }, { event: 'Y' }] }],
  ['who tells it', { campaign: 'welcome', is: 'in' }],
  ['who it is', { sample: 'a', percent: 50 }],
  ['another segment', { segment: 's2' }],
])('does not go by instants: %s', (_, asked) => {
  expect(bookOf(asked, { event: 'Z' }).alone([1])).toBeUndefined();
});

it('takes segments together that refer to each other', () => {
  const book = bookOf({ segment: 's2' }, { event: 'X', count: { gte: 2 }, within: 'PT4H' });
  const alone = book.alone([1, 2])!;
  const state = alone.foldAll([0, 1].map((hour) => ({ at: at(hour), id: '', name: 'X', properties: {} })));
  expect(alone.members({ contact: '1', state, traits: {} }, at(2))).toEqual(new Set([1, 2]));
  expect(alone.reaches).toEqual(new Map([['X', 4 * HOUR]]));
});
