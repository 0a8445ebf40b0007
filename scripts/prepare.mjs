// What every script needs first: a Node that is new enough, and the packages of the lock file. Plain Node, no packages.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname ?? '.', '..');

const NEEDED = [20, 19];
const lockFile = join(root, 'package-lock.json');
const installedLock = join(root, 'node_modules', '.entente-lock.json');

/** Ends the process with a message for people. */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]))
    fail(`Entente needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}.`);
}

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/** Whether node_modules is what the lock file says: our own copy of it, or npm's, written at the end of an install. */
function isInstalled() {
  if (read(installedLock) === read(lockFile)) return true;
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  const wanted = packagesOf(lockFile);
  return (
    installed !== undefined &&
    Object.entries(wanted).every(
      ([path, { version, optional, link }]) =>
        path === '' || optional || link || installed[path]?.version === version,
    )
  );
}

function packagesOf(file) {
  const text = read(file);
  return text === undefined ? undefined : JSON.parse(text).packages;
}

/** Runs a command with its output shown; ends this process when it fails. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/** Checks Node and installs the packages where they are missing or not those of the lock file. */
export function prepare() {
  checkNode();
  if (isInstalled()) return;
  process.stdout.write('Installing packages from package-lock.json …\n');
  run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  copyFileSync(lockFile, installedLock);
}
