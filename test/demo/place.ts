import { lockFolder, stopEmbeddedServer } from '@entente/storage';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** Entente running as `npm start` runs it, in a process of its own; the demo talks to it over HTTP only. */
export interface Place {
  readonly ingest: string;
  readonly api: string;
  readonly site: string;
  readonly engine: string;
  readonly inbox: string;
  readonly keys: { readonly web: string; readonly server: string; readonly admin: string };
  /** Settles when the process has ended, asked to or not. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const root = resolve(__dirname, '..', '..', '..');
const ports = {
  INGEST_PORT: 8010,
  API_PORT: 8020,
  SITE_PORT: 8030,
  ENGINE_PORT: 8040,
  SENDER_PORT: 8050,
  CATCHER_SMTP_PORT: 8025,
  INBOX_PORT: 8026,
};
type Ports = Record<keyof typeof ports, number>;
/** The demo brings its own database and catches its own mail, whatever this shell is set up for. */
const notForUs = ['DATABASE_URL', 'MIGRATION_DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL', 'HOST', 'NODE_ENV'];
const notForUsEither = ['ALLOWED_RECIPIENTS', 'TRACKING', 'LOG_LEVEL', 'KAFKA_BROKERS'];

/** Starts Entente on an empty folder. `warn` gets what it complains about while it runs. */
export async function openPlace(folder: string, warn: (text: string) => void): Promise<Place> {
  const dataDir = resolve(folder);
  await empty(dataDir);
  const chosen = await freePorts();
  const child = start(dataDir, chosen);
  const ended = once(child, 'exit').then(() => undefined);
  await greeted(child, warn);
  const at = (port: number) => `http://localhost:${port}`;
  return {
    ingest: at(chosen.INGEST_PORT),
    api: at(chosen.API_PORT),
    site: at(chosen.SITE_PORT),
    engine: at(chosen.ENGINE_PORT),
    inbox: at(chosen.INBOX_PORT),
    keys: JSON.parse(readFileSync(join(dataDir, 'keys.json'), 'utf8')) as Place['keys'],
    ended,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

const ours = /^(postgres|keys\.json(\.new)?|entente\.log(\.1)?)$/;

/** Empties the folder of an earlier demo, whose server may still run after a `kill -9`. Throws when it is in use or not ours. */
async function empty(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const strange = readdirSync(folder).find((name) => !ours.test(name));
  if (strange)
    throw new Error(`${folder} holds ${strange}, which is not of this demo; choose another --folder`);
  const postgres = join(folder, 'postgres');
  if (existsSync(postgres)) {
    lockFolder(realpathSync(postgres));
    await stopEmbeddedServer(postgres);
    rmSync(realpathSync(postgres), { recursive: true, force: true });
  }
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
}

/** The ports of the settings, where nobody has them. */
async function freePorts(): Promise<Ports> {
  const chosen: Partial<Ports> = {};
  for (const [name, usual] of Object.entries(ports) as [keyof Ports, number][])
    chosen[name] = (await listenable(Number(process.env[name] ?? usual))) ?? (await listenable(0))!;
  return chosen as Ports;
}

async function listenable(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}

/** `npm_lifecycle_event` makes the process end with this one, should this one be killed. */
function start(dataDir: string, chosen: Ports): ChildProcess {
  const environment = Object.entries(process.env).filter(
    ([name]) => !notForUs.includes(name) && !notForUsEither.includes(name),
  );
  return spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
    cwd: root,
    env: {
      ...Object.fromEntries(environment),
      ...Object.fromEntries(Object.entries(chosen).map(([name, port]) => [name, String(port)])),
      DATA_DIR: dataDir,
      npm_lifecycle_event: 'demo',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Waits for the greeting of the started process; rejects with what it said when it ends instead. */
async function greeted(child: ChildProcess, warn: (text: string) => void): Promise<void> {
  const said: string[] = [];
  const greeting = new Promise<void>((done) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said.push(line);
      if (line.includes('Ctrl-C stops everything')) done();
    });
  });
  createInterface({ input: child.stderr! }).on('line', (line) => {
    said.push(line);
    warn(complaintIn(line));
  });
  const failed = once(child, 'exit').then(() => {
    throw new Error(`Entente did not start:\n${said.slice(-20).join('\n')}`);
  });
  failed.catch(() => undefined);
  await Promise.race([greeting, failed]);
}

/** What a line of the log says, or the line itself. */
function complaintIn(line: string): string {
  try {
    const { level, app, msg, err } = JSON.parse(line) as Record<string, unknown>;
    const cause = (err as { message?: string } | undefined)?.message;
    return [level, app, msg, cause].filter(Boolean).join(' · ').slice(0, 300);
  } catch {
    return line.slice(0, 300);
  }
}
