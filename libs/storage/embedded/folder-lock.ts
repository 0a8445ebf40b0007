import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another live process holds the folder. */
export class FolderInUse extends Error {
  constructor(
    readonly folder: string,
    readonly pid: number,
  ) {
    super(`${folder} is in use by process ${pid}; stop that one first, or set another DATA_DIR`);
    this.name = 'FolderInUse';
  }
}

/** Takes a folder for this process until `release`, also from a process that died without releasing it. */
export function lockFolder(folder: string): { release(): void } {
  const file = join(folder, 'lock');
  const mine = `${process.pid} ${birthOf(process.pid)}`;
  for (let attempt = 1; !create(file, mine); attempt += 1) {
    const holder = read(file);
    if (attempt > 5 || isAlive(holder)) throw new FolderInUse(folder, Number(holder.split(' ')[0]));
    removeStale(file, holder);
  }
  return { release: () => (read(file) === mine ? rmSync(file, { force: true }) : undefined) };
}

/** Whether a process lives; a zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return statOf(pid)?.[0] !== 'Z';
}

function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Renaming first makes sure that of two starters only one removes the stale lock, and none a fresh one. */
function removeStale(file: string, holder: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (read(aside) === holder) rmSync(aside, { force: true });
  else renameSync(aside, file);
}

function isAlive(holder: string): boolean {
  const [pid, birth] = holder.split(' ');
  return Number(pid) > 0 && isRunning(Number(pid)) && birthOf(Number(pid)) === birth;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** When a process started, in ticks since boot: with its number it names a process for good. `-` where there is no /proc. */
const birthOf = (pid: number): string => statOf(pid)?.[19] ?? '-';

/** The fields of /proc/<pid>/stat from the state on. */
function statOf(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text ? text.slice(text.lastIndexOf(')') + 2).split(' ') : undefined;
}
