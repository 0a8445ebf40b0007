import { SECOND, type Instant } from '@entente/kernel';
import { compileBook, parseRule, type HistoryEvent } from '..';
import { bounds } from '../bounds';

const work = { decimals: 0, dates: 0 };

jest.mock('../decimal', () => {
  const actual = jest.requireActual<typeof import('../decimal')>('../decimal');
  const plus: typeof actual.plus = (a, b) => ((work.decimals += 1), actual.plus(a, b));
  const decimalOf: typeof actual.decimalOf = (value) => ((work.decimals += 1), actual.decimalOf(value));
  return { ...actual, plus, decimalOf };
});
jest.mock('../calendar', () => {
  const actual = jest.requireActual<typeof import('../calendar')>('../calendar');
  const later: typeof actual.later = (day, length) => ((work.dates += 1), actual.later(day, length));
  return { ...actual, later };
});

const start: Instant = Date.UTC(2026, 0, 1);
const measured = 20;

const amounts = {
  'of money': (n: number) => ((n * 7_919) % 10_007) + 0.25,
  'as fine as may be': (n: number) => ((n * 7_919) % 10_007) + 0.0001,
  'far apart': (n: number) => (n % 2 === 0 ? 1e300 : 1e-300),
};

const conditions = [
  { within: 'P30D', sum: { of: 'v', gt: 30_000_000 } },
  { within: 'P30D', sum: { of: 'v', less: { event: 'X', of: 'w' }, gt: 30_000_000 } },
  { within: 'P30D', average: { of: 'v', gt: 6_000 } },
  { within: { calendar: 'P3M' }, sum: { of: 'v', gt: 30_000_000 } },
  { between: ['P60D', 'PT10S'], sum: { of: 'v', gt: 30_000_000 } },
  { within: 'P30D', ratio: { to: { event: 'X', where: { v: { gt: 0 } } }, gt: 6_000.5 } },
];

/** Anybody may send as many events of one device as they like: none may hold up the others. */
describe.each(Object.entries(amounts))('amounts %s', (_, amountOf) => {
  const eventOf = (n: number): HistoryEvent => ({
    at: start + n * SECOND,
    id: `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`,
    name: 'X',
    properties: { v: amountOf(n), w: amountOf(n + 1) },
  });

  it.each(conditions)('make no decimal and no date for each that is listed, at each event: %j', (json) => {
    const { rule } = parseRule({ event: 'X', ...json }) as unknown as { rule: never };
    const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
    let state = book.foldAll(Array.from({ length: bounds.listed }, (_, n) => eventOf(n)));
    for (let n = bounds.listed; n <= bounds.listed + measured; n += 1) {
      const event = eventOf(n);
      state = book.fold(state, event) as typeof state;
      const subject = { contact: '1', state, traits: {} };
      book.changes(subject, event.at, new Set(), [1]);
      book.nextChangeAfter(event, subject, event.at);
      if (n === bounds.listed) Object.assign(work, { decimals: 0, dates: 0 });
    }
    expect(work.decimals / measured).toBeLessThan(10);
    expect(work.dates / measured).toBeLessThan(10);
  });
});
