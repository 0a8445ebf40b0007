import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '../../../libs/storage/embedded/folder-lock';

/** Ends the brokers of test processes that were killed before they could. */
export function removeOrphans(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = Number(/^entente-kafka-(\d+)-/.exec(name)?.[1]);
    if (owner && !isRunning(owner)) remove(join(tmpdir(), name));
  }
}

function remove(folder: string): void {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (command.includes(folder)) process.kill(pid, 'SIGKILL');
  } catch {
    // no broker was started there, or it is gone
  }
  rmSync(folder, { recursive: true, force: true });
}
