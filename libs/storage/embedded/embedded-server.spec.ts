import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { openFolder } from '../../../test/support/open-folder';
import { startEmbeddedServer, stopEmbeddedServer, type EmbeddedServer } from './embedded-server';
import { FolderInUse, isRunning, lockFolder } from './folder-lock';

let folder: string;
beforeEach(() => {
  folder = join(openFolder('spec'), 'postgres');
});
afterEach(async () => {
  await stopEmbeddedServer(folder);
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const start = (): Promise<EmbeddedServer> => startEmbeddedServer({ folder, durable: false });

async function ask<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client.query(sql).then(
    async ({ rows }) => (await client.end(), rows as Row[]),
    async (error: Error) => (await client.end(), Promise.reject(error)),
  );
}

const serverPid = (): number =>
  Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

it('keeps data between starts, reachable by socket and by TCP with a password', async () => {
  const first = await start();
  await ask(first.url('entente_owner'), 'CREATE TABLE kept AS SELECT 1 AS one');
  await first.stop();
  const second = await start();
  expect(await ask(second.url('entente_owner'), 'TABLE kept')).toEqual([{ one: 1 }]);
  expect(await ask(second.tcpUrl('entente_owner'), 'TABLE kept')).toEqual([{ one: 1 }]);
  await expect(ask(second.url('entente'), 'CREATE TABLE mine ()')).rejects.toThrow('permission denied');
  await expect(ask(second.tcpUrl('entente').replace(/:[^:@]+@/, ':wrong@'), 'SELECT')).rejects.toThrow(
    'password',
  );
});

it('refuses a folder that a live process holds', async () => {
  await start();
  await expect(start()).rejects.toThrow(FolderInUse);
});

it('takes over from a process that was killed, whose server still runs', async () => {
  const first = await start();
  const orphan = serverPid();
  writeFileSync(join(folder, 'lock'), `${await deadProcess()} 1`);
  const second = await start();
  expect(isRunning(orphan)).toBe(false);
  expect(await ask(second.url('entente'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await expect(ask(first.url('entente'), 'SELECT')).rejects.toThrow();
});

it('starts after its server was killed', async () => {
  await start();
  process.kill(serverPid(), 'SIGKILL');
  rmSync(join(folder, 'lock'));
  const second = await start();
  expect(await ask(second.url('entente'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('tells a process from a later one with the same number', () => {
  const place = join(folder, '..');
  writeFileSync(join(place, 'lock'), `${process.ppid} 1`);
  const lock = lockFolder(place);
  lock.release();
  expect(() => readFileSync(join(place, 'lock'))).toThrow();
});

function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  return new Promise((done) => child.once('exit', () => done(child.pid!)));
}
