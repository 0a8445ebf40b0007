import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { canEnter, serverBinaries, serverUser, type ServerUser } from './embedded-binaries';
import { isRunning, lockFolder } from './folder-lock';

/** The roles of an embedded server: `postgres` may all, `owner` owns the schema, `application` works in it. */
export type ServerRole = 'postgres' | 'entente_owner' | 'entente';

export interface EmbeddedServer {
  readonly port: number;
  /** A connection string through the private socket. */
  url(role: ServerRole, database?: string): string;
  /** The same through TCP on 127.0.0.1, for people with psql. */
  tcpUrl(role: ServerRole, database?: string): string;
  /** Fast shutdown: open transactions are rolled back, data is flushed. */
  stop(): Promise<void>;
}

export interface EmbeddedServerOptions {
  /** Where data, log and passwords are kept. */
  readonly folder: string;
  /** False for tests only: no fsync. */
  readonly durable?: boolean;
}

interface Place {
  readonly home: string;
  readonly data: string;
  readonly user: ServerUser;
}

type Passwords = Readonly<Record<ServerRole, string>>;

const DATABASE = 'entente';
const START_TRIES = 5;
const START_SECONDS = 30;
const STOP_SECONDS = 20;
const LOG_LIMIT = 10_000_000;

/**
 * Starts the PostgreSQL that came with the packages on a free port, with the database `entente`. A server that a killed
 * predecessor left running on the folder is stopped first; `FolderInUse` when a live process holds it.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const place = prepare(resolve(options.folder));
  const lock = lockFolder(place.home);
  try {
    const server = await startLocked(place, options.durable ?? true);
    return {
      ...server,
      stop: async () => {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    await stopEmbeddedServer(place.home).catch(() => undefined);
    lock.release();
    throw error;
  }
}

/** Stops whatever server runs on the folder, whoever started it. */
export async function stopEmbeddedServer(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const running = runningServer(join(realpathSync(folder), 'data'));
  if (!running) return;
  process.kill(running.pid, 'SIGINT');
  if (!(await goneWithin(running.pid, STOP_SECONDS))) {
    process.kill(running.pid, 'SIGQUIT');
    await goneWithin(running.pid, STOP_SECONDS);
  }
  removeSocket(running.socket);
}

async function startLocked(place: Place, durable: boolean): Promise<EmbeddedServer> {
  await stopEmbeddedServer(place.home);
  const binaries = serverBinaries(place.home, place.user);
  const passwords = passwordsOf(place.home);
  await initialize(place, binaries, passwords);
  const { port, socket } = await launch(place, binaries, durable);
  const urlAt =
    (host: string) =>
    (role: ServerRole, database: string = DATABASE) =>
      `postgresql://${role}:${passwords[role]}@${host}:${port}/${database}`;
  const server: EmbeddedServer = {
    port,
    url: urlAt(encodeURIComponent(socket)),
    tcpUrl: urlAt('127.0.0.1'),
    stop: () => stopEmbeddedServer(place.home),
  };
  await makeRoles(server, passwords);
  return server;
}

/** Root hands the folder to the server's user; where that user cannot reach it, a link leads to /var/lib/entente. */
function prepare(folder: string): Place {
  const user = serverUser();
  mkdirSync(dirname(folder), { recursive: true });
  if (!lstatSync(folder, { throwIfNoEntry: false })) makeHome(folder, user);
  const home = realpathSync(folder);
  return { home, data: join(home, 'data'), user };
}

function makeHome(folder: string, user: ServerUser): void {
  if (canEnter(dirname(folder), user)) return mkdirSync(folder, { mode: 0o755 });
  const shelter = '/var/lib/entente';
  mkdirSync(shelter, { recursive: true, mode: 0o755 });
  const home = mkdtempSync(join(shelter, `${basename(folder)}-`));
  chmodSync(home, 0o755);
  symlinkSync(home, folder);
}

function passwordsOf(home: string): Passwords {
  const file = join(home, 'passwords.json');
  if (!existsSync(file)) {
    const passwords = {
      postgres: newPassword(),
      entente_owner: newPassword(),
      entente: newPassword(),
    } satisfies Passwords;
    writeFileSync(`${file}.new`, JSON.stringify(passwords), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Passwords;
}

const newPassword = (): string => randomBytes(18).toString('base64url');

/** Makes the cluster beside its final place and renames it, so that a killed start leaves none or a whole one. */
async function initialize(place: Place, binaries: string, passwords: Passwords): Promise<void> {
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

function give(path: string, user: ServerUser): void {
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
}

function finished(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? done() : fail(new Error(`initdb failed: ${said.trim()}`))));
  });
}

async function launch(
  place: Place,
  binaries: string,
  durable: boolean,
): Promise<{ port: number; socket: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const socket = mkdtempSync('/tmp/entente-');
    give(socket, place.user);
    try {
      await ready(spawnServer(place, binaries, port, socket, durable), place);
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
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
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

function openLog(home: string): number {
  const file = join(home, 'postgres.log');
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT) truncateSync(file);
  return openSync(file, 'a');
}

/** Resolves when the server takes connections. */
async function ready(child: ChildProcess, place: Place): Promise<void> {
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => (failure = `PostgreSQL ended (${signal ?? code})`));
  for (const end = Date.now() + START_SECONDS * 1_000; Date.now() < end; await sleep(20)) {
    if (failure)
      throw new Error(`${failure}; the end of ${place.home}/postgres.log says:\n${logEnd(place.home)}`);
    if (runningServer(place.data)?.ready) return;
  }
  throw new Error(`PostgreSQL did not start within ${START_SECONDS} s; see ${place.home}/postgres.log`);
}

const logEnd = (home: string): string =>
  readFileSync(join(home, 'postgres.log'), 'utf8').trimEnd().split('\n').slice(-5).join('\n');

interface RunningServer {
  readonly pid: number;
  readonly socket: string;
  readonly ready: boolean;
}

/** What the server's own lock file says, when the process it names lives and is a server of this folder. */
function runningServer(data: string): RunningServer | undefined {
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

async function goneWithin(pid: number, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(20))
    if (!isRunning(pid)) return true;
  return false;
}

function removeSocket(folder: string): void {
  if (folder.startsWith('/tmp/entente-')) rmSync(folder, { recursive: true, force: true });
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

async function makeRoles(server: EmbeddedServer, passwords: Passwords): Promise<void> {
  const client = new Client({ connectionString: server.url('postgres', 'postgres') });
  await client.connect();
  try {
    const missing = async (catalog: string, column: string, name: string) =>
      (await client.query(`SELECT FROM ${catalog} WHERE ${column} = $1`, [name])).rowCount === 0;
    for (const role of ['entente_owner', 'entente'] as const)
      if (await missing('pg_roles', 'rolname', role))
        await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${passwords[role]}'`);
    if (await missing('pg_database', 'datname', DATABASE))
      await client.query(`CREATE DATABASE ${DATABASE} OWNER entente_owner`);
  } finally {
    await client.end();
  }
}
