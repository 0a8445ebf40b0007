import fc from 'fast-check';
import { HOUR, toIso, type Instant } from '@entente/kernel';
import { compileBook, evaluate, parseRule, type Facts, type HistoryEvent, type Rule } from '..';

const start: Instant = Date.UTC(2026, 10, 1, 20);
const HOURS = 14;
const ruleOf = (json: object): Rule => {
  const read = parseRule({ event: 'X', ...json });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rule;
};

const hour = fc.integer({ min: 0, max: HOURS - 1 });
const instant = hour.map((n) => toIso(start + n * HOUR));
const periods = fc.oneof(
  fc.constant<object>({}),
  fc.constant<object>({ since: { event: 'Y' } }),
  fc.integer({ min: 1, max: 5 }).map((n): object => ({ within: `PT${n}H` })),
  fc.integer({ min: 1, max: 5 }).map((n): object => ({ before: `PT${n}H` })),
  fc.integer({ min: 1, max: 3 }).map((n): object => ({ between: [`PT${n + 3}H`, `PT${n}H`] })),
  fc.constantFrom<object>({ within: { calendar: 'P0D' } }, { before: { calendar: 'P0D' } }),
  instant.map((after): object => ({ after })),
  instant.map((before): object => ({ before })),
  fc.constantFrom<object>({ after: '2026-11-02' }, { between: ['2026-11-01', '2026-11-02'] }),
);
const threshold = fc
  .constantFrom(-1, 0.5, 1, 2, 3)
  .chain((n) => fc.constantFrom<object>({ gt: n }, { lte: n }, { eq: n }));
const times = fc
  .integer({ min: 1, max: 3 })
  .chain((n) => fc.constantFrom<object>({ gte: n }, { eq: n }, { lt: n }));
const measures = fc.oneof(
  times.map((count): object => ({ count })),
  times.map((one): object => ({ distinct: { of: 'v', ...one } })),
  ...['sum', 'average', 'min', 'max'].map((name) =>
    threshold.map((one): object => ({ [name]: { of: 'v', ...one } })),
  ),
  fc.constantFrom('first', 'last').chain((edge) => threshold.map((v): object => ({ [edge]: { v } }))),
);

/** Several events may have one instant, and late ones come behind. */
const histories = fc
  .array(
    fc.record({
      hour,
      late: fc.constantFrom(0, 0, 0, 1, 4),
      name: fc.constantFrom('X', 'X', 'X', 'Y'),
      v: fc.constantFrom(-1, 0.5, 1, 2, 'x'),
    }),
    { minLength: 3, maxLength: 12 },
  )
  .map((list) => list.sort((a, b) => a.hour - b.hour));

describe('what is kept of events', () => {
  it('says the same as the definition after every event and at every half hour, in any order', () => {
    fc.assert(
      fc.property(periods, measures, histories, (period, measure, happened) => {
        const rule = ruleOf({ ...period, ...measure });
        const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
        const history: HistoryEvent[] = [];
        const facts: Facts = { contact: '1', timeZone: 'UTC', traits: {}, history, memberOf: () => false };
        let state = book.emptyState();
        let next: Instant | undefined = -Infinity;
        let held = false;
        for (let now = start; now < start + 2 * HOURS * HOUR; now += HOUR / 2) {
          const arrived = happened.filter((one) => start + one.hour * HOUR === now);
          for (const { late, name, v } of arrived) {
            const id = String((history.length * 7) % 13).padStart(2, '0');
            const event = { at: now - late * HOUR, id, name, properties: { v } };
            history.push(event);
            const folded = book.fold(state, event);
            state = folded === 'recompute' ? book.foldAll(history) : folded;
            expect(book.foldAll(history)).toEqual(state);
          }
          const subject = { contact: '1', state, traits: {} };
          const holds = evaluate(rule, facts, now);
          expect(book.members(subject, now).has(1)).toBe(holds);
          if (arrived.length === 0 && holds !== held) expect(next).toBeLessThanOrEqual(now);
          next = book.nextChange(subject, now) ?? Infinity;
          held = holds;
        }
      }),
      { numRuns: 500 },
    );
  });
});
