import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stopEmbeddedServer } from '@entente/storage';
import { eventually } from '../support/eventually';
import { freePorts } from '../demo/any-free-ports';
import { openFolder } from '../support/open-folder';

const root = join(__dirname, '..', '..');
const portNames = ['INGEST', 'API', 'SITE', 'ENGINE', 'SENDER', 'CATCHER_SMTP', 'INBOX'];

jest.setTimeout(120_000);

let folder: string;
let ports: Record<string, string>;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = openFolder('start');
  const free = await freePorts(portNames.length);
  ports = Object.fromEntries(portNames.map((name, index) => [`${name}_PORT`, String(free[index])]));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await stopEmbeddedServer(join(folder, 'data', 'postgres'));
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly said: string;
}

/** What `npm start` runs, until it has said everything. */
async function start(environment: Record<string, string> = {}): Promise<Started> {
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATA_DIR: join(folder, 'data'),
      ...ports,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually(() => child.exitCode !== null || said.includes('Ctrl-C stops everything'), 60_000);
  return { child, said };
}

function keyIn(said: string, name: string): string {
  const key = new RegExp(`${name} +(\\w+_[\\w-]+)`).exec(said)?.[1];
  if (key === undefined) throw new Error(`no ${name} was said, but: ${said}`);
  return key;
}

const post = (path: string, key: string, body: object) =>
  fetch(`http://127.0.0.1:${ports['INGEST_PORT']}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${key}:`)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const contact = (reference: string, key: string) =>
  fetch(`http://127.0.0.1:${ports['API_PORT']}/api/v1/contacts/${reference}`, {
    headers: { authorization: `Bearer ${key}` },
  });

const serverPid = (): number =>
  Number(readFileSync(join(folder, 'data', 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

it('promise 1: starts, is killed, goes on with what it had, and stops everything it started', async () => {
  const first = await start();
  const [writeKey, apiKey] = [keyIn(first.said, 'Write key, server'), keyIn(first.said, 'API key')];
  expect((await post('identify', writeKey, { userId: 'ana', traits: { plan: 'free' } })).status).toBe(200);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const orphan = serverPid();

  const second = await start();
  expect(serverPid()).not.toBe(orphan);
  expect(keyIn(second.said, 'API key')).toBe(apiKey);
  await eventually(async () => (await contact('user:ana', apiKey)).status === 200, 20_000);
  expect(await (await contact('user:ana', apiKey)).json()).toMatchObject({ traits: { plan: 'free' } });

  second.child.kill('SIGTERM');
  expect(await once(second.child, 'exit')).toEqual([0, null]);
  expect(existsSync(join(folder, 'data', 'postgres', 'data', 'postmaster.pid'))).toBe(false);
  expect(statSync(join(folder, 'data', 'keys.json')).mode & 0o777).toBe(0o600);
});

it('refuses the mail catcher in production, and names every setting that cannot be used', async () => {
  const production = await start({ NODE_ENV: 'production', PUBLIC_URL: 'https://mail.shop.example' });
  expect(production.child.exitCode).toBe(1);
  expect(production.said).toContain('SMTP_URL is needed');
  const unusable = await start({ API_PORT: 'x', LOG_LEVEL: 'loud' });
  expect(unusable.child.exitCode).toBe(1);
  expect(unusable.said).toMatch(/API_PORT[^]*LOG_LEVEL/);
});
