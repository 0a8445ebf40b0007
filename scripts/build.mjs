// Compiles every TypeScript source of the apps, libs and migrations to dist/, keeping the tree's shape. Does nothing when
// dist/ is what the sources give; several builds at once are fine.
import { transformFile } from '@swc/core';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const unfinished = join(root, 'node_modules', `.entente-build-${process.pid}`);
const folders = ['apps', 'libs', 'migrations', 'test/demo'].filter((folder) =>
  existsSync(join(root, folder)),
);

const filesIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

const isCompiled = (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.endsWith('.d.ts');
const isCopied = (file) => !file.endsWith('.ts');

/** Changes with any source, with how it is compiled, and with the compiler. */
function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of [...files, '.swcrc', 'scripts/build.mjs', 'package-lock.json'].sort()) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const isCurrent = (print) => {
  const stamp = join(dist, '.fingerprint');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === print;
};

/** `@entente/x` becomes the relative path of that lib's compiled index. */
function resolveLibs(code, file) {
  const up = relative(dirname(file), '.') || '.';
  return code.replace(/require\("@entente\/([a-z-]+)"\)/g, `require("./${up}/libs/$1/index.js")`);
}

async function build(file) {
  const out = join(unfinished, file);
  mkdirSync(dirname(out), { recursive: true });
  if (isCopied(file)) return cpSync(join(root, file), out);
  const { code } = await transformFile(join(root, file), { swcrc: true });
  writeFileSync(out.replace(/\.ts$/, '.js'), resolveLibs(code, file));
}

/** Takes the place of dist/ in one step, so that an app that starts meanwhile sees the one or the other. */
function putInPlace() {
  const previous = `${unfinished}-previous`;
  if (existsSync(dist)) renameSync(dist, previous);
  renameSync(unfinished, dist);
  rmSync(previous, { recursive: true, force: true });
}

const files = folders.flatMap(filesIn).filter((file) => isCompiled(file) || isCopied(file));
const print = fingerprint(files);
if (!isCurrent(print)) {
  try {
    await Promise.all(files.map(build));
    writeFileSync(join(unfinished, '.fingerprint'), print);
    if (!isCurrent(print)) putInPlace();
  } catch (error) {
    if (!isCurrent(print)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
