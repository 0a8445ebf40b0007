import fc from 'fast-check';
import { DAY, HOUR, MINUTE, parseDuration, SECOND, type Duration, type Instant } from '@entente/kernel';
import { deviatesBy } from '../../../../test/exact/deviates-by';
import { compileBook, evaluate, parseRule, type Facts, type HistoryEvent, type Rule } from '../..';
import { changeOfRolling } from './rolling';

const start: Instant = Date.UTC(2026, 8, 1);
const units = fc.constantFrom<object>(
  { in: 'day' },
  { in: 'week' },
  { in: 'week', weekStarts: 'sunday' },
  { in: 'week', weekStarts: 'thursday' },
  { in: 'month' },
  { in: 'PT36H' },
  { in: 'P3D' },
  { in: 'P14D' },
);
const zones = fc.constantFrom(
  'UTC',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'Europe/Paris',
  'Pacific/Chatham',
);
const instantsOf = (grid: Duration): fc.Arbitrary<Instant[]> =>
  fc
    .array(fc.integer({ min: 0, max: Math.floor((100 * DAY) / grid) }), { minLength: 1, maxLength: 12 })
    .map((list) => list.sort((a, b) => a - b).map((n) => start + n * grid));
const instants = fc.oneof(instantsOf(5 * MINUTE), instantsOf(36 * HOUR));

const often = fc.constantFrom<object>(
  { gte: 2 },
  { gte: 2, times: 1 },
  { gte: 1, times: { gte: 2 } },
  { eq: 1, times: { lte: 2 } },
);

/** When what happened goes on to another period, of those that go back from now. */
function goingOn(unit: object, instants: readonly Instant[]): Instant[] {
  const length = parseDuration((unit as { in: string }).in);
  if (length === undefined) return [];
  return instants.flatMap((at) => Array.from({ length: 10 }, (_, times) => at + times * length));
}

describe('regularity', () => {
  it.each<object>([{ gte: 2 }, { gte: 2, times: { gte: 5 } }])(
    'keeps what may matter and no more, however much happens: %j',
    (asked) => {
      const { rule } = parseRule({ event: 'X', regular: { in: 'day', of: 3, ...asked } }) as { rule: Rule };
      const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
      const everyHour = Array.from({ length: 100 * 24 }, (_, hour): HistoryEvent => ({
        at: start + hour * HOUR,
        id: String(hour).padStart(4, '0'),
        name: 'X',
        properties: {},
      }));
      let state = book.emptyState();
      for (const event of everyHour) state = book.fold(state, event) as typeof state;
      expect(JSON.stringify([...state.unpacked]).length).toBeLessThan(2_500);
    },
  );

  it('is the same from what is kept, and changes when that says', () => {
    fc.assert(
      fc.property(
        units,
        fc.integer({ min: 2, max: 8 }),
        often,
        fc.boolean(),
        zones,
        instants,
        (unit, of, asked, before, timeZone, all) => {
          const json = { event: 'X', regular: { ...unit, of: before ? [-of, -1] : of, ...asked } };
          const { rule } = parseRule(json) as { rule: Rule };
          const history = all.map((at, index): HistoryEvent => ({
            at,
            id: String(index).padStart(2, '0'),
            name: 'X',
            properties: {},
          }));
          const facts: Facts = { contact: '1', timeZone, traits: {}, history, memberOf: () => false };
          const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }], [], timeZone);
          let state = book.emptyState();
          for (const event of history) state = book.fold(state, event) as typeof state;
          expect(state).toEqual(book.foldAll([...history].reverse()));
          const subject = { contact: '1', state, traits: {} };
          let now = all.at(-1)!;
          let holds = evaluate(rule, facts, now);
          expect(book.members(subject, now).has(1)).toBe(holds);
          const known = { traits: {}, history, members: new Set<number>(), now };
          const isUsual = !deviatesBy(book.deviation([1], now), known);
          const usual = book.membersWithout(now).has(1);
          if (isUsual) expect(holds).toBe(usual);
          for (
            let next = book.nextChange(subject, now);
            next !== undefined;
            next = book.nextChange(subject, now)
          ) {
            for (let at = now; at < next; at += 2 * DAY + HOUR) expect(evaluate(rule, facts, at)).toBe(holds);
            for (const at of goingOn(unit, all))
              if (at > now && at < next) expect(evaluate(rule, facts, at)).toBe(holds);
            expect(evaluate(rule, facts, next - 1)).toBe(holds);
            now = next;
            holds = !holds;
            expect(isUsual).toBe(false);
            expect(evaluate(rule, facts, now)).toBe(holds);
            expect(book.members(subject, now).has(1)).toBe(holds);
          }
          expect(evaluate(rule, facts, now + 400 * DAY)).toBe(holds);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each(['day', 'PT1H'])(
    'in units of %s is looked at when it changes only, by moving filters, too',
    (unit) => {
      const regular = { in: unit, of: 4, gte: 2 };
      const where = { $at: { hour: { lt: 20 } } };
      const { rule } = parseRule({ event: 'X', where, regular }) as { rule: Rule };
      const book = compileBook([{ id: 1, segment: 's', status: 'live', rule }]);
      const length = unit === 'day' ? DAY : HOUR;
      const history = [0, 1].map((place) => ({
        at: start + place * length,
        id: String(place),
        name: 'X',
        properties: {},
      }));
      const state = book.foldAll(history);
      const [subject, now] = [{ contact: '1', state, traits: {} }, start + length];
      const next = book.nextChange(subject, now)!;
      expect([next, book.nextChange(subject, next)]).toEqual([start + 4 * length, undefined]);
    },
  );

  it('is foretold without going through each period with each event', () => {
    let looks = 0;
    const asked = {
      length: DAY,
      first: -365,
      last: 0,
      counts: (often: number) => ((looks += 1), often > 0),
      passes: (many: number) => ((looks += 1), many > 0),
    };
    const all = Array.from({ length: 10_000 }, (_, place) => start + place * SECOND);
    const now = start + 10_000 * SECOND;
    expect(changeOfRolling(all, asked, now)).toBe(all.at(-1)! + 366 * DAY);
    expect(looks).toBeLessThan(100_000);
  });
});
