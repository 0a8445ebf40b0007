import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsDocumentation, settingsTable } from '@entente/runtime';

const root = join(__dirname, '..', '..');

/** A table without the padding that the formatter gives it. */
const rows = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| -') && !line.startsWith('|-'))
    .map((line) => line.replace(/ +/g, ' ').trim());

it("the README's table of settings is the table the code reads", () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const start = readme.indexOf('| setting ');
  const end = readme.indexOf('\n\n', start);
  if (process.env['UPDATE_SETTINGS'])
    writeFileSync(
      join(root, 'README.md'),
      readme.slice(0, start) + settingsDocumentation() + readme.slice(end),
    );
  else expect(rows(readme.slice(start, end))).toEqual(rows(settingsDocumentation()));
});

it('compose names no setting that does not exist', () => {
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  const ours = compose.slice(compose.indexOf('x-entente:'), compose.indexOf('services:'));
  const named = [...ours.matchAll(/^ {4}([A-Z_]+):/gm)].map((match) => match[1]);
  const known = Object.values(settingsTable).map(({ variable }) => variable);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !known.includes(name as (typeof known)[number]))).toEqual([]);
});
