import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolder } from '../../../test/support/open-folder';
import { prepare, type Place } from './embedded-folder';
import { launch, recovered } from './embedded-process';
import { runningServer, stopServer } from './embedded-running';

let folder: string;
let place: Place;
beforeEach(() => {
  folder = openFolder('spec');
  place = prepare(join(folder, 'postgres'));
  mkdirSync(place.data, { recursive: true });
  chmodSync(place.data, 0o777);
});
afterEach(async () => {
  await stopServer(place.data);
  rmSync(folder, { recursive: true, force: true });
});

/** A server that says of itself that it is starting, and after so many seconds what it says then. */
function serverThat(then: string, seconds: number): string {
  const program = join(folder, 'bin', 'postgres');
  mkdirSync(dirname(program));
  chmodSync(folder, 0o755);
  const lock = (status: string) =>
    `printf '%s\\n' $$ "$2" 0 0 /nowhere 127.0.0.1 0 '${status}' > "$2/postmaster.pid"`;
  writeFileSync(
    program,
    `#!/bin/bash\n${lock('starting')}\nsleep ${seconds}\n${then === 'ready' ? `${lock('ready')}\nsleep 60 & wait` : 'exit 1'}\n`,
    { mode: 0o755 },
  );
  return folder;
}

it('leaves a server that recovers the time it takes, and says so', async () => {
  const slow: number[] = [];
  await launch(place, serverThat('ready', 6), true, (seconds) => slow.push(seconds));
  expect(slow).toEqual([5]);
});

it('leaves one that a predecessor started, too', async () => {
  const program = join(serverThat('ready', 1), 'bin', 'postgres');
  spawn(program, ['-D', place.data], { detached: true, stdio: 'ignore' }).unref();
  while (!existsSync(join(place.data, 'postmaster.pid'))) await sleep(10);
  await recovered(place.data, () => undefined);
  expect(runningServer(place.data)?.ready).toBe(true);
});

it('says why a server ended before it was ready', async () => {
  writeFileSync(join(place.home, 'postgres.log'), 'no space left\n', { mode: 0o666 });
  await expect(launch(place, serverThat('gone', 0), true, () => undefined)).rejects.toThrow(
    /PostgreSQL ended \(1\).*\nno space left/,
  );
});
