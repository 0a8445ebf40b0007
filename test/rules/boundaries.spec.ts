import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..', '..');

/** A tree in which each file breaks the rule it is listed with, or none. */
const files: Readonly<Record<string, readonly [text: string, broken?: string]>> = {
  'libs/kernel/index.ts': [`import 'node:crypto'; export {};`],
  'libs/event/index.ts': ['export {};'],
  'libs/event/fact.ts': ['export {};'],
  'libs/segment/index.ts': [`import '../event/index';`],
  'libs/event/looks-forward.ts': [`import '../segment/index';`, 'event-looks-back-only'],
  'libs/segment/past-the-face.ts': [`import '../event/fact';`, 'libs-through-their-face'],
  'libs/event/framework.ts': [`import '@nestjs/common';`, 'pure-libs-use-no-framework'],
  'libs/event/reads-files.ts': [`import 'node:fs';`, 'pure-libs-use-no-node'],
  'libs/event/loop-a.ts': [`import './loop-b'; export {};`, 'no-cycle'],
  'libs/event/loop-b.ts': [`import './loop-a'; export {};`],
  'apps/api/main.ts': ['export {};'],
  'apps/site/main.ts': [`import '../api/main';`, 'site-stands-alone'],
  'apps/allinone/main.ts': [`import '../api/main';`],
  'apps/api/workshop.ts': [`import 'fast-check';`, 'product-needs-no-dev-package'],
  'apps/api/nowhere.ts': [`import './missing';`, 'resolvable'],
};

it('each rule of the layout reports what breaks it, and nothing else', () => {
  const tree = mkdtempSync(join(tmpdir(), 'entente-tree-'));
  try {
    plant(tree);
    const expected = Object.entries(files).flatMap(([file, [, rule]]) => (rule ? [`${rule}: ${file}`] : []));
    expect(violations(tree)).toEqual(expected.sort());
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
});

function plant(tree: string): void {
  for (const [path, [text]] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json', 'node_modules'])
    symlinkSync(join(root, name), join(tree, name));
}

function violations(tree: string): string[] {
  const tool = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const args = [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'libs', 'apps'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string }[] };
  };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort();
}
