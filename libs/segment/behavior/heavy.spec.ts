import fc from 'fast-check';
import { DAY, type Instant } from '@entente/kernel';
import { compileBook, evaluate, parseRule, type Facts, type HistoryEvent, type Rule } from '..';

jest.mock('../bounds', () => {
  const { bounds } = jest.requireActual<typeof import('../bounds')>('../bounds');
  return { bounds: { ...bounds, listed: 4, judged: 4 } };
});

const start: Instant = Date.UTC(2026, 10, 1);
const ruleOf = (json: object): Rule => (parseRule({ event: 'X', ...json }) as { rule: Rule }).rule;

const history = fc
  .array(fc.record({ day: fc.integer({ min: 0, max: 9 }), v: fc.constantFrom(-1, 0.5, 1, 2, 'x') }), {
    minLength: 5,
    maxLength: 12,
  })
  .map((list) =>
    list.map(({ day, v }, index): HistoryEvent => ({
      at: start + day * DAY,
      id: String(index).padStart(2, '0'),
      name: 'X',
      properties: { v },
    })),
  );

const factsOf = (all: readonly HistoryEvent[]): Facts => ({
  contact: '1',
  timeZone: 'UTC',
  traits: {},
  history: all,
  memberOf: () => false,
});

describe('a contact with more events than a condition looks at', () => {
  it.each([
    { within: 'P3D', sum: { of: 'v', gt: 1 } },
    { within: 'P3D', average: { of: 'v', gte: 1 } },
    { between: ['P4D', 'P1D'], count: { gte: 3 } },
    { between: ['P4D', 'P1D'], sum: { of: 'v', gt: 1 } },
    { between: ['P4D', 'P1D'], max: { of: 'v', gte: 1 } },
    { between: ['P4D', 'P1D'], distinct: { of: 'v', gte: 2 } },
    { between: ['2026-11-02', '2026-11-05'], distinct: { of: 'v', gte: 2 } },
    { regular: { in: 'day', of: 9, gte: 2, times: { gte: 2 } } },
    { regular: { in: 'day', of: 9, gte: 1, times: { lte: 1 } } },
  ])('is judged by the latest of them, in the book as in the definition: %j', (json) => {
    const rule = ruleOf(json);
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
    fc.assert(
      fc.property(history, (all) => {
        let state = book.emptyState();
        for (const event of all) state = book.fold(state, event) as typeof state;
        expect(state).toEqual(book.foldAll(all));
        expect(JSON.stringify(state).length).toBeLessThan(600);
        for (let now = start + 9 * DAY; now < start + 16 * DAY; now += DAY / 2) {
          const members = book.members({ contact: '1', state, traits: {} }, now);
          expect(members.has(1)).toBe(evaluate(rule, factsOf(all), now));
        }
      }),
      { numRuns: 50 },
    );
  });
});
