import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRule } from '.';
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

describe('docs/segments.md', () => {
  it.each([...blocks, ...inTable])('shows a rule that is accepted: %s', (code) =>
    expect(parseRule(JSON.parse(code))).toHaveProperty('rule'),
  );

  it('has an example of every operator, and of every field of every kind of condition', () => {
    const examples = [...blocks, ...inTable].join('\n');
    const fields = kindNames.flatMap((name) => kindNamed(name).fields);
    for (const name of [...operatorNames, ...fields]) expect(examples).toContain(`"${name}":`);
    expect(inTable).toHaveLength(operatorNames.length);
  });
});

describe('docs/segment-recipes.md', () => {
  it.each(blocksIn(read('segment-recipes.md')))('shows a rule that is accepted: %s', (code) =>
    expect(parseRule(JSON.parse(code))).toHaveProperty('rule'),
  );
});
