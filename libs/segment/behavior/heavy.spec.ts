import fc from 'fast-check';
import { DAY, HOUR, type Instant, type Json } from '@entente/kernel';
import { compileBook, evaluate, parseRule, type Facts, type HistoryEvent, type Rule } from '..';

jest.mock('../bounds', () => {
  const { bounds } = jest.requireActual<typeof import('../bounds')>('../bounds');
  return { bounds: { ...bounds, listed: 4, judged: 4 } };
});

const start: Instant = Date.UTC(2026, 10, 1);
const ruleOf = (json: object): Rule => {
  const named = 'sequence' in json ? {} : { event: 'X' };
  return (parseRule({ ...named, ...json }) as { rule: Rule }).rule;
};
/** Did something, and then nothing with a text for so long. */
const andThenNot = (within: string, period: object): object => ({
  sequence: [{ event: 'X' }, { not: { event: 'X', where: { v: 'x' } }, within }],
  ...period,
});

const history = fc
  .array(fc.record({ day: fc.integer({ min: 0, max: 9 }), v: fc.constantFrom(-1, 0.5, 1, 2, 'x') }), {
    minLength: 5,
    maxLength: 12,
  })
  .map((list) => list.map(({ day, v }, index) => eventOf(index, start + day * DAY, v)));

const eventOf = (place: number, at: Instant, v: Json): HistoryEvent => ({
  at,
  id: String(place).padStart(2, '0'),
  name: 'X',
  properties: { v },
});

/** Of one thing and four more before it is over, the four are followed by what must not follow. */
const crowded = [0, 1, 1, 1, 1, 3].map((day, place) => eventOf(place, start + day * DAY, day < 3 ? 1 : 'x'));

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
    { within: 'P3D', sum: { of: 'v', less: { event: 'X', where: { v: { lt: 2 } } }, gt: 1 } },
    { within: 'P3D', where: { v: 2 }, sum: { of: 'v', less: { event: 'X' }, lt: -1 } },
    { between: ['P4D', 'P1D'], where: { v: 1 }, sum: { of: 'v', less: { event: 'X' }, lt: -1 } },
    {
      within: 'P3D',
      where: { v: { isNot: 1 } },
      sum: { of: 'v', less: { event: 'X', where: { $at: { dayOfMonth: { gte: 4 } } } }, gt: 0 },
    },
    { between: ['P4D', 'P1D'], count: { gte: 3 } },
    { between: ['P4D', 'P1D'], sum: { of: 'v', gt: 1 } },
    { between: ['P4D', 'P1D'], max: { of: 'v', gte: 1 } },
    { between: ['P4D', 'P1D'], distinct: { of: 'v', gte: 2 } },
    { between: ['2026-11-02', '2026-11-05'], distinct: { of: 'v', gte: 2 } },
    { regular: { in: 'day', of: 9, gte: 2, times: { gte: 2 } } },
    { regular: { in: 'day', of: 9, gte: 1, times: { lte: 1 } } },
    { sequence: [{ event: 'X' }, { event: 'X', within: 'P1D' }], between: ['P6D', 'P3D'] },
    { sequence: [{ event: 'X' }, { event: 'X', where: { v: 'x' }, after: 'P3D' }] },
    {
      sequence: [{ event: 'X' }, { event: 'X', where: { v: 'x' }, after: 'P3D', within: 'P4D' }],
      within: 'P9D',
    },
    { regular: { in: 'P1D', of: 9, gte: 2 } },
    { regular: { in: 'PT36H', of: [-5, -1], gte: 1, times: { gte: 2 } } },
    { within: 'P3D', percentile: { of: 'v', at: 50, gt: 0.5 } },
    andThenNot('P2D', {}),
    andThenNot('P3D', { within: 'P1D' }),
    andThenNot('P2D', { before: 'P2D' }),
    andThenNot('P2D', { before: 'P6D' }),
    andThenNot('P2D', { between: ['P6D', 'P4D'] }),
    andThenNot('PT6H', { between: ['P5D', 'P3D'] }),
    andThenNot('P5D', { after: '2026-11-10T00:00:00Z' }),
    andThenNot('P4D', { between: ['2026-11-05', '2026-11-10'] }),
  ])('is judged by the latest of them, in the book as in the definition: %j', (json) => {
    const rule = ruleOf(json);
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
    fc.assert(
      fc.property(history, (all) => {
        let state = book.emptyState();
        for (const [place, event] of all.entries())
          state = book.fold(state, event, () => all.slice(0, place + 1));
        expect(state).toEqual(book.foldAll(all));
        expect(JSON.stringify(state).length).toBeLessThan(600);
        const subject = { contact: '1', state, traits: {} };
        let foretold = { next: start, holds: false };
        for (let now = start + 9 * DAY; now < start + 20 * DAY; now += DAY / 4) {
          const holds = book.members(subject, now).has(1);
          expect(holds).toBe(evaluate(rule, factsOf(all), now));
          if (holds !== foretold.holds) expect(foretold.next).toBeLessThanOrEqual(now);
          foretold = { next: book.nextChange(subject, now) ?? Infinity, holds };
        }
      }),
      { numRuns: 100, examples: [[crowded]] },
    );
  });

  it.each([8 * HOUR, 2 * DAY])('of which one came each %i ms, keeps as much as it looks at', (gap) => {
    const rule = ruleOf(andThenNot('P1D', { between: ['P5D', 'P2D'] }));
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
    const all = Array.from({ length: 40 }, (_, place) => eventOf(place, start + place * gap, 1));
    const [kept] = [...book.foldAll(all).unpacked.values()] as [readonly Json[]];
    expect(kept[3]).toHaveLength(gap < DAY ? 2 * 4 : 3 + 1);
  });
});
