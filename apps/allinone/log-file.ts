import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import type { LogTarget } from '@entente/runtime';

const LIMIT_BYTES = 20_000_000;
const worthShowing = /"level":"(warn|error|fatal)"/;

/** The log of a process that people look at: all of it in `entente.log`, what deserves attention also on the terminal. */
export function logFile(folder: string): LogTarget & { readonly path: string } {
  const path = join(folder, 'entente.log');
  mkdirSync(folder, { recursive: true });
  if (existsSync(path) && statSync(path).size > LIMIT_BYTES) renameSync(path, `${path}.1`);
  const file = pino.destination({ dest: path, sync: true });
  return {
    path,
    write: (line) => {
      file.write(line);
      if (worthShowing.test(line)) process.stderr.write(line);
    },
  };
}
