// Compiles every TypeScript source of the apps, libs and migrations to dist/, keeping the tree's shape.
import { transformFile } from '@swc/core';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

const filesIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

/** `@entente/x` becomes the relative path of that lib's compiled index. */
function resolveLibs(code, file) {
  const up = relative(dirname(file), '.') || '.';
  return code.replace(/require\("@entente\/([a-z-]+)"\)/g, `require("./${up}/libs/$1/index.js")`);
}

rmSync(dist, { recursive: true, force: true });
const sources = ['apps', 'libs', 'migrations', 'test/demo'].flatMap((folder) => filesIn(folder));
await Promise.all(
  sources.map(async (file) => {
    const out = join(dist, file);
    mkdirSync(dirname(out), { recursive: true });
    if (!file.endsWith('.ts')) return cpSync(join(root, file), out);
    if (file.endsWith('.spec.ts') || file.endsWith('.d.ts')) return;
    const { code } = await transformFile(join(root, file), { swcrc: true });
    writeFileSync(out.replace(/\.ts$/, '.js'), resolveLibs(code, file));
  }),
);
