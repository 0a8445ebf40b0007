import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withheldReasons } from '@entente/event';
import { Ajv } from 'ajv';
import { costProblems, parseRule, ruleSchemas } from '.';
import { operatorNames } from './comparisons/registry';
import { kindNamed, kindNames } from './conditions/registry';

const read = (page: string): string => readFileSync(join(__dirname, '../../docs', page), 'utf8');
const blocksIn = (page: string): string[] =>
  [...page.matchAll(/```json\n([^]*?)```/g)].map(([, block]) => block!);
const text = read('segments.md');
const blocks = blocksIn(text);
const inTable = text
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => [...line.matchAll(/`(\{ "trait".*?\})` *\|$/g)].map(([, code]) => code!));

/** What an author of the rule would be told: of its meaning, and of its cost. */
function problemsOf(code: string): readonly unknown[] {
  const parsed = parseRule(JSON.parse(code));
  return 'rule' in parsed ? costProblems(parsed.rule) : parsed.problems;
}

describe('docs/segments.md', () => {
  it.each([...blocks, ...inTable])('shows a rule that is accepted: %s', (code) =>
    expect(problemsOf(code)).toEqual([]),
  );

  it('has an example of every operator, and of every field of every kind of condition', () => {
    const examples = [...blocks, ...inTable].join('\n');
    const fields = kindNames.flatMap((name) => kindNamed(name).fields);
    for (const name of [...operatorNames, ...fields]) expect(examples).toContain(`"${name}":`);
    expect(inTable).toHaveLength(operatorNames.length);
  });

  it('explains every reason why mails are held back', () => {
    const from = text.indexOf('### Mails that were held back');
    const section = text.slice(from, text.indexOf('\n## ', from));
    for (const reason of withheldReasons) expect(section).toContain(`\`${reason}\``);
  });
});

describe('docs/segment-recipes.md', () => {
  it.each(blocksIn(read('segment-recipes.md')))('shows a rule that is accepted: %s', (code) =>
    expect(problemsOf(code)).toEqual([]),
  );
});

describe('the schemas of OpenAPI', () => {
  const schemas = ruleSchemas();
  const isRule = new Ajv({ strict: false, validateFormats: false }).compile({
    $ref: '#/components/schemas/Rule',
    components: { schemas },
  });

  it.each([...blocks, ...inTable, ...blocksIn(read('segment-recipes.md'))])('accept %s', (code) => {
    const rule = JSON.parse(code) as object;
    expect(isRule(rule) || isRule.errors).toBe(true);
    const canonical = (parseRule(rule) as { rule: object }).rule;
    expect(isRule(canonical) || isRule.errors).toBe(true);
  });

  it.each([
    {},
    { all: [] },
    { event: 'X', within: 'P1D', unless: 1 },
    { trait: 'a', above: 3 },
    { event: 'X', segment: 'y' },
    { permission: 'news' },
    { sequence: [{ event: 'X' }] },
    { event: 'X', sum: { of: 'a', less: { of: 'b' }, gt: 1 } },
    { event: 'X', average: { of: 'a', less: { event: 'Y' }, gt: 1 } },
    { sequence: [{ event: 'X' }, { not: { event: 'Y' } }] },
    { sequence: [{ event: 'X' }, { event: 'Y', not: { event: 'Z' }, within: 'P1D' }] },
    { event: 'X', during: { month: 0, weekStarts: 'sunday' } },
    { event: 'X', during: { yearStarts: 2 } },
    { trait: 'a', during: { week: 0, yearStarts: 2 } },
    { trait: 'a', during: { year: 0, yearStarts: 13 } },
    { event: 'X', regular: { in: 'week', of: 4, gte: 3, weekStarts: 'Sunday' } },
    { event: 'X', within: { calendar: 'P1M', zone: 7 } },
    { event: 'X', during: { month: 0, zone: null } },
    { trait: 'a', version: 2 },
    { trait: 'a', version: {} },
    { trait: 'a', inside: [{ latitude: 1, longitude: 1 }] },
    { trait: 'a', inside: [1, 2, 3].map((n) => ({ latitude: n, lng: n * n })) },
  ])('refuse %j, as the parser does', (json) => {
    expect(isRule(json)).toBe(false);
    expect(parseRule(json)).toHaveProperty('problems');
  });

  it.each([
    { event: 'X', last: { $any: [{ a: 1 }, { b: { gt: 2 } }], c: 'x' } },
    { message: 'opened', first: { $any: [{ campaign: 'k' }, { template: 'k' }] } },
    { event: 'X', last: {}, before: 'P60D' },
  ])('take %j, as the parser does', (json) => {
    expect(isRule(json) || isRule.errors).toBe(true);
    expect(parseRule(json)).toHaveProperty('rule');
  });

  it('have every field of every kind', () => {
    for (const name of kindNames) {
      const { fields, schemas: own } = kindNamed(name);
      expect(Object.keys(own).sort()).toEqual([...fields].sort());
    }
  });
});
