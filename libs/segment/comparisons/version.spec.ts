import fc from 'fast-check';
import type { Json } from '@entente/kernel';
import { Findings } from '../findings';
import { parseComparison, passes, stepsFor, type Comparison } from './comparison';
import { NO_CONTEXT } from './operator';

const read = (version: unknown, findings = new Findings()): Comparison | undefined =>
  parseComparison({ version }, 'p', findings);
const holds = (version: unknown, value: Json | undefined): boolean =>
  passes(read(version, new Findings(true))!, value, NO_CONTEXT);
const problemsOf = (version: unknown): string[] => {
  const findings = new Findings();
  read(version, findings);
  return findings.problems.map(({ path, code }) => `${path} ${code}`);
};

/** In order, each before the next. */
const inOrder = [
  '0-0',
  '0.0.0-alpha',
  '0',
  '0.0.0.1',
  '0.9.10',
  '1.0.0-0',
  '1.0.0-9',
  '1.0.0-10',
  '1.0.0--',
  '1.0.0-10a',
  '1.0.0-RC',
  '1.0.0-alpha',
  '1.0.0-alpha.0',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-beta-1',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.0.0.0.0.0.1',
  '1.2',
  '1.9',
  '1.10.0',
  '2.0.0-beta.2',
  '2.0.0-beta.10',
  '2.0.0',
  '20',
  '9007199254740992.1',
  '9007199254740993',
  '10000000000000000000000000000000',
];

describe('version', () => {
  it('has an order of its own', () => {
    for (const [place, one] of inOrder.entries())
      for (const [other, operand] of inOrder.entries()) {
        const so = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'].filter((name) => holds({ [name]: operand }, one));
        expect([one, operand, ...so]).toEqual([
          one,
          operand,
          ...(place === other
            ? ['eq', 'gte', 'lte']
            : place < other
              ? ['ne', 'lt', 'lte']
              : ['ne', 'gt', 'gte']),
        ]);
      }
  });

  it.each([
    ['2', '2.0.0.0.0.0.0.0'],
    ['2', 'v2.0'],
    ['2.0.0', '02.00'],
    ['2.0.0', '2.0.0+build.7'],
    ['2.0.0-beta.2', 'v2-beta.02+exp.sha'],
    ['0', '0.0'],
  ])('%s is %s', (one, other) => {
    expect(holds(one, other)).toBe(true);
    expect(holds({ eq: other }, one)).toBe(true);
    expect(holds({ ne: other }, one)).toBe(false);
  });

  it.each<Json | undefined>([
    undefined,
    null,
    2,
    true,
    '',
    ' 2',
    '2\n',
    '2.',
    '.2',
    '2..0',
    '2.0.0-',
    '2.0.0-a..b',
    '2.0.0-é',
    '2.0.0+',
    '2.x',
    'V2',
    'vv2',
    '-1',
    '1.2.3.4.5.6.7.8.9',
    '²',
    ['2'],
    { eq: '2' },
    `2.0.0-${'a'.repeat(95)}`,
  ])('%j is no version', (value) => {
    expect(holds({ gte: '0-0' }, value)).toBe(false);
    expect(holds({ ne: '7' }, value)).toBe(false);
  });

  it('is at most 100 characters long, however it is written', () => {
    const longest = `2.0.0-${'a'.repeat(94)}`;
    expect(holds({ gt: '2-9' }, longest)).toBe(true);
    expect(read({ eq: longest })).toEqual({ version: { eq: longest } });
    expect(problemsOf({ eq: `2-${'a'.repeat(98)}` })).toEqual(['p.version.eq operand']);
    expect(holds({ gt: '1' }, `2${'.0'.repeat(100_000)}`)).toBe(false);
  });

  it('has one form', () => {
    expect(read('v2')).toEqual({ version: { eq: '2.0.0' } });
    expect(read({ gte: '02.10.0.0+5', lt: '3-rc.01' })).toEqual({
      version: { gte: '2.10.0', lt: '3.0.0-rc.1' },
    });
    expect(read({ gte: '1.2.3.4.0' })).toEqual({ version: { gte: '1.2.3.4' } });
  });

  it('costs one step for each operator', () => {
    expect(stepsFor(read({ gte: '1', lt: '2', ne: '1.5' })!)).toBe(3);
  });

  it.each<[unknown, string[]]>([
    [2, ['p.version operand']],
    [['2', '3'], ['p.version operand']],
    [null, ['p.version operand']],
    [{}, ['p.version no-comparison']],
    ['two', ['p.version operand']],
    [{ gte: 2 }, ['p.version.gte operand']],
    [{ gte: '2.x', above: '3' }, ['p.version.above unknown-operator', 'p.version.gte operand']],
    [{ in: ['2'] }, ['p.version.in unknown-operator']],
    [{ gt: '2', lt: '1' }, ['p.version constant']],
    [{ gt: '2', lt: '2.0' }, ['p.version constant']],
    [{ gte: '2', lt: '2.0' }, ['p.version constant']],
    [{ gte: '2', lte: 'v2.0.0' }, []],
    [{ gt: '2', lt: '2.0.0.0.0.0.0.1' }, []],
    [{ gt: '2', lt: '2.0.0.0.0.0.0.1-0' }, ['p.version constant']],
    [{ gt: '2-a', lt: '2-a.0' }, ['p.version constant']],
    [{ gt: '2-a', lt: '2-a.1' }, []],
    [{ eq: '2', ne: '2.0.0' }, ['p.version constant']],
    [{ eq: '2', gt: '1', lt: '3' }, []],
    [{ lt: '0-0' }, ['p.version constant']],
    [{ lt: '0' }, []],
    [{ lte: '0-0' }, []],
    [{ gte: '2', ne: '2', lt: '2.0.0.1' }, []],
  ])('%j: %j', (version, problems) => expect(problemsOf(version)).toEqual(problems));

  it('refuses no range that some version is in', () => {
    const some = fc.constantFrom(...inOrder);
    const range = fc.dictionary(fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte'), some, { minKeys: 1 });
    fc.assert(
      fc.property(range, (one) => {
        const asked = Object.entries(one);
        const isSome = inOrder.some((value) =>
          asked.every(([name, operand]) => holds({ [name]: operand }, value)),
        );
        if (isSome) expect(problemsOf(one)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('reads an empty range that is stored', () =>
    expect(read({ gt: '2', lt: '1' }, new Findings(true))).toEqual({
      version: { gt: '2.0.0', lt: '1.0.0' },
    }));
});
