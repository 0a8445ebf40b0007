import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRule } from '.';
import { operatorNames } from './comparisons/registry';
import { kindNamed, kindNames } from './conditions/registry';

const text = readFileSync(join(__dirname, '../../docs/segments.md'), 'utf8');
const blocks = [...text.matchAll(/```json\n([^]*?)```/g)].map(([, block]) => block!);
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
