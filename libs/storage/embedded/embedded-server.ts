import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { serverBinaries } from './embedded-binaries';
import {
  passwordsOf,
  prepare,
  withOpenFolders,
  type Passwords,
  type Place,
  type ServerRole,
} from './embedded-folder';
import { initialize, launch, recovered } from './embedded-process';
import { stopServer } from './embedded-running';
import { FolderInUse, lockFolder } from './folder-lock';

export type { ServerRole } from './embedded-folder';

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
  /** Milliseconds to wait for a predecessor that is still stopping; none when not said. */
  readonly patience?: number;
  /** Told how many seconds the start has taken so far when it takes long, as after a crash. */
  readonly onSlow?: (seconds: number) => void;
}

const DATABASE = 'entente';

/**
 * Starts the PostgreSQL that came with the packages on a free port, with the database `entente`. A server that a killed
 * predecessor left running on the folder is stopped first; `FolderInUse` when a live process holds it.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const place = prepare(resolve(options.folder));
  const lock = await lockPatiently(place.home, options.patience ?? 0);
  try {
    const server = await startLocked(place, options);
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

async function lockPatiently(folder: string, patience: number): Promise<{ release(): void }> {
  for (const end = Date.now() + patience; ; await sleep(100)) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (!(error instanceof FolderInUse) || Date.now() >= end) throw error;
    }
  }
}

/** Stops whatever server runs on the folder, whoever started it. */
export async function stopEmbeddedServer(folder: string): Promise<void> {
  if (existsSync(folder)) await stopServer(join(realpathSync(folder), 'data'));
}

async function startLocked(
  place: Place,
  { durable = true, onSlow = () => undefined }: EmbeddedServerOptions,
): Promise<EmbeddedServer> {
  await recovered(place.data, onSlow);
  await stopEmbeddedServer(place.home);
  const binaries = withOpenFolders(() => serverBinaries(place.home, place.user));
  const passwords = passwordsOf(place.home);
  await initialize(place, binaries, passwords);
  const { port, socket } = await launch(place, binaries, durable, onSlow);
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
