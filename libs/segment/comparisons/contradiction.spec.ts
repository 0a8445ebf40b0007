import fc from 'fast-check';
import { DAY, toIso, type Json } from '@entente/kernel';
import { Findings } from '../findings';
import { parseComparison, passes, type Comparison } from './comparison';

const start = Date.UTC(2026, 0, 1);
const read = (raw: object): { comparison: Comparison | undefined; problems: string[] } => {
  const findings = new Findings();
  const comparison = parseComparison(raw, 'p', findings);
  return { comparison, problems: findings.problems.map(({ path, code }) => `${path} ${code}`) };
};

const number = fc.constantFrom(
  ...[
    -1, 0, 1, 1.5, 2, 1e8, 1_767_225_600, 1_767_225_600_000.5, 7.2e9, 7_258_118_400, 8e9, 7_258_118_400_000,
  ],
);
const days = ['2026-01-01', '2026-01-02', '1973-03-02', '1973-03-03', '2011-12-30', '2011-12-31'];
const text = fc.constantFrom('', 'a', 'b', ...days, '2026-01-01T12:00:00Z');
const value = fc.oneof(number, text, fc.boolean());
const date = fc.constantFrom(...days, ...days, '2026-01-01T12:00:00Z', '2025-12-31T14:00:00Z');
const list = fc.array(value, { minLength: 1, maxLength: 3 });
const some = fc.record(
  {
    eq: value,
    ne: value,
    in: list,
    notIn: list,
    gt: number,
    gte: number,
    lt: number,
    lte: number,
    exists: fc.boolean(),
    before: date,
    after: date,
    onDay: fc.constantFrom(...days),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, Json>>;
/** One to three operators, now and then with the opposite of others beside them. */
const few = fc
  .tuple(some, fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 3 }))
  .map(([all, places]) => {
    const names = Object.keys(all);
    return Object.fromEntries(
      names.length === 0
        ? []
        : places.map((place) => names[place % names.length]!).map((name) => [name, all[name]!]),
    );
  })
  .filter((one) => Object.keys(one).length > 0);
const raw = fc
  .tuple(few, fc.option(few, { freq: 3 }))
  .map(([one, isNot]) => ({ ...one, ...(isNot && { isNot }) }));

const anything = fc.oneof(
  value,
  number.chain((one) => fc.constantFrom(one - 0.25, one + 0.25, one + 5e7)),
  fc.integer({ min: -2 * 96, max: 3 * 96 }).map((quarter) => toIso(start + (quarter * DAY) / 96)),
  fc.constantFrom<Json | undefined>(undefined, 'c', [], { a: 1 }),
);
const zone = fc.constantFrom(
  'UTC',
  'Pacific/Kiritimati',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Pacific/Honolulu',
);

describe('a comparison that contradicts itself', () => {
  it('is refused, and nothing is refused that some value passes', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        raw,
        fc.array(anything, { minLength: 20, maxLength: 40 }),
        zone,
        (one, values, timeZone) => {
          const { problems } = read(one);
          if (problems.length === 0) return;
          refused += 1;
          const parts = Object.entries(one).map(([name, operand]) => read({ [name]: operand }).comparison);
          if (parts.includes(undefined)) return;
          for (const found of values)
            expect(parts.every((part) => passes(part!, found, { now: 0, zone: timeZone, traits: {} }))).toBe(
              false,
            );
        },
      ),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it.each<[object, string[]]>([
    [{ gt: 5, lt: 3 }, ['p constant']],
    [{ gte: 5, lte: 5 }, []],
    [{ gt: 1, lt: 2 }, []],
    [{ eq: 1, ne: 1 }, ['p constant']],
    [{ eq: 'a', exists: false }, ['p constant']],
    [{ eq: 'a', isNot: 'a' }, ['p constant']],
    [{ in: ['a', 'b'], notIn: ['a', 'b'] }, ['p constant']],
    [{ in: ['a', 'b'], notIn: ['a', 'c'] }, []],
    [{ ne: true, notIn: [false] }, ['p constant']],
    [{ ne: 'a', notIn: ['b'] }, []],
    [{ isNot: { gte: 5, lt: 2 } }, ['p.isNot constant']],
    [{ exists: false, isNot: 'a' }, []],
    [{ after: '2026-02-01', before: '2026-01-01' }, ['p constant']],
    [{ after: '2026-01-01', before: '2026-01-01' }, ['p constant']],
    [{ after: '2026-01-02', before: '2026-01-01T12:00:00Z' }, []],
    [{ after: '2026-01-02', before: '2026-01-01T09:00:00Z' }, []],
    [{ after: '2026-01-02T00:00:00Z', before: '2026-01-01T09:00:00Z' }, ['p constant']],
    [{ after: '1980-01-01', gt: 7.2e9, lt: 8e9 }, []],
    [{ gte: 1_767_225_600_000.5, exists: true, isNot: { after: '2012-01-01' } }, []],
    [{ eq: '2026-01-05', after: '2026-01-05T02:00:00Z', before: '2026-01-05T04:00:00Z' }, []],
    [{ onDay: '1950-06-01', before: '1950-05-31T10:30:00Z' }, []],
    [{ onDay: '2026-01-01', isNot: { onDay: '2026-01-01' } }, ['p constant']],
    [{ onDay: '2026-01-01', after: '2026-01-03' }, ['p constant']],
    [{ onDay: '1500-01-01', before: '1501-01-01' }, []],
    [{ gt: 0, before: '1973-03-03' }, []],
    [{ gt: 0, onDay: '1973-03-02' }, []],
    [{ gt: 0, onDay: '1973-03-01' }, ['p constant']],
    [{ onDay: '2011-12-30', after: '2011-12-31' }, []],
    [{ onDay: '2011-12-30', isNot: { before: '2011-12-31' } }, []],
    [{ onDay: '2011-12-29', after: '2011-12-30' }, ['p constant']],
    [{ onDay: '1844-12-31', after: '1845-01-01' }, []],
    [{ onDay: '1993-08-21', after: '1993-08-22' }, []],
    [{ onDay: '1994-12-31', after: '1995-01-01' }, []],
    [{ some: { age: { gte: 5, lt: 2 } } }, ['p.some.age constant']],
    [{ gt: { trait: 'a' }, lt: 1 }, []],
    [{ contains: 'a', eq: 'b' }, []],
  ])('%j: %j', (one, problems) => expect(read(one).problems).toEqual(problems));

  it.each([
    [{ exists: true, gte: 5, lt: 2 }, 'No value passes both "gte" and "lt".'],
    [{ in: [1, 5], notIn: [5], gt: 3 }, 'No value passes all of "in" and "notIn" and "gt".'],
  ])('%j says what clashes', (one, message) => {
    const findings = new Findings();
    parseComparison(one, 'p', findings);
    expect(findings.problems).toMatchObject([{ message }]);
  });
});
