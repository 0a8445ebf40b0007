import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { give, type Passwords, type Place } from './embedded-folder';
import { removeSocket, runningServer } from './embedded-running';

const START_TRIES = 5;
/** After so long, and each time it took twice as long, it is said that the server is still starting. */
const SLOW_SECONDS = 5;
const LOG_LIMIT = 10_000_000;

/** Makes the cluster beside its final place and renames it, so that a killed start leaves none or a whole one. */
export async function initialize(place: Place, binaries: string, passwords: Passwords): Promise<void> {
  if (existsSync(place.data)) return;
  const unfinished = `${place.data}.unfinished`;
  const passwordFile = join(place.home, 'initdb-password');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, passwords.postgres, { mode: 0o600 });
  for (const path of [unfinished, passwordFile]) give(path, place.user);
  try {
    await finished(
      spawn(
        join(binaries, 'bin', 'initdb'),
        [
          '-D',
          unfinished,
          '-U',
          'postgres',
          `--pwfile=${passwordFile}`,
          '--no-sync',
          '--no-instructions',
        ].concat(['--auth=scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8']),
        { ...place.user, cwd: '/', env: serverEnvironment, stdio: ['ignore', 'ignore', 'pipe'] },
      ),
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, place.data);
}

const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

function finished(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? done() : fail(new Error(`initdb failed: ${said.trim()}`))));
  });
}

/**
 * Starts the server on a free port; resolves when it takes connections, which may take minutes after a crash: `onSlow` is told
 * how many seconds it has taken so far.
 */
export async function launch(
  place: Place,
  binaries: string,
  durable: boolean,
  onSlow: (seconds: number) => void,
): Promise<{ port: number; socket: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const socket = mkdtempSync('/tmp/entente-');
    give(socket, place.user);
    try {
      await ready(spawnServer(place, binaries, port, socket, durable), place, onSlow);
      return { port, socket };
    } catch (error) {
      removeSocket(socket);
      if (attempt === START_TRIES) throw error;
      await sleep(300 * attempt);
    }
  }
}

/** A session of its own: the terminal's Ctrl-C must reach this process first, which stops the server last. */
function spawnServer(
  place: Place,
  binaries: string,
  port: number,
  socket: string,
  durable: boolean,
): ChildProcess {
  const settings = {
    max_connections: '200',
    shared_buffers: `${bufferMegabytes()}MB`,
    checkpoint_timeout: '15min',
    max_wal_size: '4GB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable
      ? {}
      : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', shared_buffers: '256MB' }),
  };
  const log = openLog(place.home);
  try {
    const child = spawn(
      join(binaries, 'bin', 'postgres'),
      ['-D', place.data, '-h', '127.0.0.1', '-p', String(port), '-k', socket].concat(
        Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ),
      { ...place.user, cwd: '/', env: serverEnvironment, detached: true, stdio: ['ignore', log, log] },
    );
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** An eighth of the memory there is: the rest is for Node, the stream and the system's own cache of the same files. */
function bufferMegabytes(): number {
  const allowed = process.constrainedMemory() || Infinity;
  return Math.max(128, Math.floor(Math.min(totalmem(), allowed) / 8 / 2 ** 20));
}

function openLog(home: string): number {
  const file = join(home, 'postgres.log');
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT) truncateSync(file);
  return openSync(file, 'a');
}

/** Resolves when the server takes connections. */
async function ready(child: ChildProcess, place: Place, onSlow: (seconds: number) => void): Promise<void> {
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => (failure = `PostgreSQL ended (${signal ?? code})`));
  await untilTrue(onSlow, () => {
    if (failure)
      throw new Error(`${failure}; the end of ${place.home}/postgres.log says:\n${logEnd(place.home)}`);
    const running = runningServer(place.data);
    return running?.pid === child.pid && running?.ready === true;
  });
}

/**
 * Resolves when no server on a data folder is still starting. One that recovers after a crash is left to it, for the next would
 * begin again from where it began.
 */
export const recovered = (data: string, onSlow: (seconds: number) => void): Promise<void> =>
  untilTrue(onSlow, () => runningServer(data)?.ready !== false);

async function untilTrue(onSlow: (seconds: number) => void, isTrue: () => boolean): Promise<void> {
  const began = performance.now();
  for (let slow = SLOW_SECONDS; !isTrue(); await sleep(20)) {
    if (performance.now() - began < slow * 1_000) continue;
    onSlow(slow);
    slow *= 2;
  }
}

const logEnd = (home: string): string =>
  readFileSync(join(home, 'postgres.log'), 'utf8').trimEnd().split('\n').slice(-5).join('\n');

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}
