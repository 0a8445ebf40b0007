import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StreamAddress } from './open-stream';

export interface Said {
  readonly acknowledged?: number;
  readonly assigned?: readonly number[];
  readonly read?: readonly string[];
}

/** Starts stream-process.ts, and kills it without warning as soon as it said what `enough` waits for. */
export async function runUntilKilled(
  role: 'append' | 'consume',
  address: StreamAddress,
  topic: string,
  enough: (said: Said) => boolean,
): Promise<Said> {
  const hook = join(__dirname, '../support/typescript.mjs');
  const args = [hook, join(__dirname, 'stream-process.ts'), role, JSON.stringify(address), topic];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Said;
    if (!enough(said)) continue;
    child.kill('SIGKILL');
    await ended;
    return said;
  }
  throw new Error(`the process ended by itself: ${String(await ended)}`);
}
