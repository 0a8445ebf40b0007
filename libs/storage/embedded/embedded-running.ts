import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from './folder-lock';

const STOP_SECONDS = 20;

interface RunningServer {
  readonly pid: number;
  readonly socket: string;
  readonly ready: boolean;
}

/** What the server's own lock file says, when the process it names lives and is a server of this folder. */
export function runningServer(data: string): RunningServer | undefined {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 1) || !isRunning(pid) || !servesFolder(pid, data)) return undefined;
  return { pid, socket: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
}

/** After a reboot the number in the file may be somebody else's. */
function servesFolder(pid: number, data: string): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').split('\0').includes(data);
}

/** Stops the server that runs on a data folder, if one does: fast first, at once when that takes too long. */
export async function stopServer(data: string): Promise<void> {
  const running = runningServer(data);
  if (!running) return;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(running.pid, signal);
    if (await goneWithin(running.pid, STOP_SECONDS)) break;
  }
  removeSocket(running.socket);
}

async function goneWithin(pid: number, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(20))
    if (!isRunning(pid)) return true;
  return false;
}

export function removeSocket(folder: string): void {
  if (folder.startsWith('/tmp/entente-')) rmSync(folder, { recursive: true, force: true });
}
