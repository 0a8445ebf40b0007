import fc from 'fast-check';
import type { Json } from '@entente/kernel';
import { Findings } from '../findings';
import { parseComparison, passes, type Comparison } from './comparison';
import { NO_CONTEXT } from './operator';

const read = (raw: unknown): Comparison => parseComparison(raw, 'p', new Findings())!;
const holds = (raw: unknown, value: Json | undefined): boolean => passes(read(raw), value, NO_CONTEXT);
const problemsOf = (raw: unknown) => {
  const findings = new Findings();
  expect(parseComparison(raw, 'p', findings)).toBeUndefined();
  return findings.problems;
};

const values: (Json | undefined)[] = [
  'Paris',
  'PA',
  'a',
  '',
  1,
  0,
  true,
  null,
  undefined,
  [],
  ['a'],
  { a: 'a' },
];

it.each<[object, (Json | undefined)[]]>([
  [{ contains: 'A' }, ['Paris', 'PA', 'a']],
  [{ startsWith: 'pa' }, ['Paris', 'PA']],
  [{ endsWith: 'RIS' }, ['Paris']],
  [{ matches: 'a' }, ['Paris', 'a']],
  [{ matches: '^$' }, ['']],
  [{ hasAny: ['a', 'b'] }, [['a']]],
  [{ hasAll: ['a'] }, [['a']]],
  [{ hasAll: ['a', 'b'] }, []],
  [{ size: 0 }, [[]]],
  [{ size: { gte: 1 } }, [['a']]],
])('%j holds for its own type only', (raw, passing) =>
  expect(values.filter((value) => holds(raw, value))).toEqual(passing),
);

describe('texts', () => {
  const letters = fc.string({
    unit: fc.constantFrom('a', 'B', 'é', 'Ç', 'Σ', 'σ', 'ς', 'İ', 'ß', '😀', ' '),
  });

  it('are found whatever their letter case', () => {
    fc.assert(
      fc.property(letters, letters, letters, (one, two, three) => {
        fc.pre(two !== '');
        expect(holds({ contains: two.toLowerCase() }, one + two + three)).toBe(true);
        expect(holds({ startsWith: two }, (two + three).toLowerCase())).toBe(true);
        expect(holds({ endsWith: two }, one + two)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('know the final sigma, and no language in particular', () => {
    expect(holds({ startsWith: 'ΟΔΟΣ' }, 'οδοσήμανση')).toBe(true);
    expect(holds({ contains: 'title' }, 'TITLE')).toBe(true);
    expect(holds({ contains: 'é' }, 'e')).toBe(false);
  });

  it('equal up to case have one form', () => {
    expect(read({ contains: 'VIP' })).toEqual({ contains: 'vip' });
    expect(read({ contains: ['VIP', 'Vip'] })).toEqual({ contains: 'vip' });
    expect(read({ contains: ['b', 'A'] })).toEqual({ contains: ['a', 'b'] });
  });

  it('are found where one of several is', () => {
    expect(holds({ contains: ['gold', 'VIP'] }, 'a vip')).toBe(true);
    expect(holds({ startsWith: ['gold', 'vip'] }, 'a vip')).toBe(false);
    expect(holds({ endsWith: ['.com', '.org'] }, 'a.org')).toBe(true);
  });

  it.each([
    { contains: '' },
    { startsWith: 1 },
    { endsWith: ['a', 1] },
    { startsWith: [] },
    { contains: 'a'.repeat(501) },
  ])('are compared with texts: not %j', (raw) =>
    expect(problemsOf(raw)).toMatchObject([{ code: 'operand' }]),
  );
});

describe('matches', () => {
  it('finds a pattern anywhere, of any letter', () => {
    expect(holds({ matches: '@example\\.(com|org)$' }, 'ann@example.org')).toBe(true);
    expect(holds({ matches: '^ann$' }, 'Ann')).toBe(false);
    expect(holds({ matches: '(?i)^ann$' }, 'Ann')).toBe(true);
    expect(holds({ matches: '^\\p{Greek}+$' }, 'οδός')).toBe(true);
    expect(holds({ matches: '^a+$' }, 'a'.repeat(1_000))).toBe(true);
    expect(holds({ matches: '^a+$' }, 'a'.repeat(1_001))).toBe(false);
  });

  it.each([
    ['(', 'missing closing ): `(`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['(?=a)b', 'invalid or unsupported Perl syntax: `(?=`'],
    ['a{3,2}', 'invalid repeat count: `{3,2}`'],
  ])('says what is wrong with %s', (matches, reason) =>
    expect(problemsOf({ matches })).toMatchObject([
      { path: 'p.matches', code: 'pattern', message: `That is no pattern: ${reason}.` },
    ]),
  );

  it.each([
    'a{501}',
    'a{300}b{201}',
    '((a?b?c?d?e?){10}){100}',
    '((a{30}){30}){30}',
    '(a{9}[)(\\]b]){50}',
    '(a{9}\\Q(\\E){60}',
    '(a{9}\\(){60}',
    '(a{2,}b){300}',
  ])('refuses %s, which is long with its repetitions', (one) =>
    expect(problemsOf({ matches: one })).toMatchObject([
      { code: 'pattern', message: 'The pattern is too long with its repetitions.' },
    ]),
  );

  it.each(['^[0-9]{5}(-[0-9]{4})?$', 'a{400}', '^[a-z.]{1,64}@[a-z]{1,60}\\.(com|org){1,2}$', '[{]9{3}'])(
    'takes %s',
    (matches) => expect(read({ matches })).toEqual({ matches }),
  );

  it('takes no longer than the text is long, whatever the pattern', () => {
    const hostile = [
      '(a+)+$',
      '^(a|aa)+$',
      '(a*)*b',
      '(?:a?){30}a{30}$',
      '(.*a){9}$',
      '((a|b)*c?d?){40}e$',
      '(?i)\\pL{120}.{120}$',
    ];
    for (const matches of hostile) {
      const comparison = read({ matches });
      passes(comparison, 'warm', NO_CONTEXT);
      const begun = performance.now();
      passes(comparison, `${'a'.repeat(999)}!`, NO_CONTEXT);
      expect(performance.now() - begun).toBeLessThan(500);
    }
  });
});

describe('lists', () => {
  it('have values of the very type', () => {
    expect(holds({ hasAny: ['1', 2] }, [1, 2])).toBe(true);
    expect(holds({ hasAny: ['1'] }, [1, [1], { a: '1' }, null])).toBe(false);
    expect(holds({ hasAll: ['a', 1, true] }, ['a', true, 'b', 1])).toBe(true);
  });

  it.each<[object, string, string]>([
    [{ size: -1 }, 'p.size', 'count'],
    [{ size: { gte: 1.5 } }, 'p.size.gte', 'count'],
    [{ size: { gte: 0 } }, 'p.size', 'constant'],
    [{ size: { contains: 'a' } }, 'p.size.contains', 'unknown-operator'],
    [{ size: {} }, 'p.size', 'no-comparison'],
    [{ hasAny: [] }, 'p.hasAny', 'operand'],
    [{ hasAll: [[1]] }, 'p.hasAll', 'operand'],
  ])('refuse %j', (raw, path, code) => expect(problemsOf(raw)).toMatchObject([{ path, code }]));
});
