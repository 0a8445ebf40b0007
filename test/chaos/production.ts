import { migrate, openDatabase, startEmbeddedServer } from '@entente/storage';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { firstKeys } from '../../apps/allinone/first-keys';
import { startKafka, type TestKafka } from '../support/kafka';
import { AppProcess } from './app-process';
import { bringUp, processVictim, type Place, type Victim } from './place';
import { lastingPorts } from './ports';
import { ANSWER_WITHIN_MS, openSlowInbox } from './slow-inbox';

const PARTITIONS = 6;

/** How often each kind of process is struck, beside the others, and how many of it there are. */
const shape = [
  { app: 'ingest', count: 1, weight: 4 },
  { app: 'api', count: 1, weight: 1 },
  { app: 'site', count: 1, weight: 1 },
  { app: 'engine', count: 2, weight: 4 },
  { app: 'sender', count: 2, weight: 3 },
] as const;

type App = (typeof shape)[number]['app'];

const portOf: Readonly<Record<App, string>> = {
  ingest: 'INGEST_PORT',
  api: 'API_PORT',
  site: 'SITE_PORT',
  engine: 'ENGINE_PORT',
  sender: 'SENDER_PORT',
};

interface Started {
  readonly app: App;
  readonly weight: number;
  readonly url: string;
  readonly process: AppProcess;
}

/** One ingest, api and site, two engines and two senders, each a process of its own, on a PostgreSQL server and Kafka. */
export async function openProduction(folder: string, stream: 'kafka' | 'postgres'): Promise<Place> {
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    return { ...(await openAll(folder, stream, closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is opened is also put on the list of what is to be closed. */
async function openAll(
  folder: string,
  stream: 'kafka' | 'postgres',
  closing: (() => Promise<void>)[],
): Promise<Omit<Place, 'close'>> {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755); // the server may run as another user
  const kafka = stream === 'kafka' ? await ownKafka() : undefined;
  if (kafka) closing.push(() => kafka.stop());
  const server = await startEmbeddedServer({ folder: join(folder, 'postgres') });
  closing.push(() => server.stop());
  const inbox = await openSlowInbox(ANSWER_WITHIN_MS);
  closing.push(() => inbox.close());
  await migrate({ url: server.url('entente_owner'), applicationRole: 'entente' });
  const databaseUrl = server.url('entente');
  const all = await prepareAll(folder, {
    DATABASE_URL: databaseUrl,
    SMTP_URL: inbox.url,
    STREAM_PARTITIONS: String(PARTITIONS),
    DATABASE_POOL_SIZE: '10',
    ...(kafka && { KAFKA_BROKERS: kafka.brokers.join(',') }),
  });
  const processes = all.map(({ process }) => process);
  closing.push(async () => void (await Promise.all(processes.map((process) => process.stop()))));
  const keys = await keysOf(databaseUrl, folder);
  await Promise.all(processes.map((process) => process.up()));
  const urlsOf = (app: App) => all.filter((one) => one.app === app).map(({ url }) => url);
  return {
    title: `a process for each app, two engines and two senders, ${kafka ? 'Kafka' : 'PostgreSQL stream'}`,
    ingest: urlsOf('ingest')[0]!,
    api: urlsOf('api')[0]!,
    engines: urlsOf('engine'),
    keys,
    databaseUrl: () => databaseUrl,
    inbox,
    victims: victimsOf(all, kafka),
    processes,
    engineProcesses: all.filter(({ app }) => app === 'engine').map(({ process }) => process),
    restoreAll: () => bringUp(processes),
  };
}

async function ownKafka(): Promise<TestKafka> {
  const kafka = await startKafka({ own: true });
  if ('missing' in kafka) throw new Error(kafka.missing);
  return kafka;
}

async function keysOf(url: string, folder: string): Promise<Place['keys']> {
  const database = await openDatabase(url, { poolSize: 2, applicationName: 'chaos' });
  return firstKeys(database, folder).finally(() => database.close());
}

async function prepareAll(folder: string, common: Readonly<Record<string, string>>): Promise<Started[]> {
  const wanted = shape.flatMap(({ app, count, weight }) =>
    Array.from({ length: count }, (_, n) => ({ app, weight, name: count > 1 ? `${app}-${n + 1}` : app })),
  );
  const ports = await lastingPorts(wanted.length);
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const site = wanted.findIndex(({ app }) => app === 'site');
  return wanted.map(({ app, weight, name }, index) => {
    const port = ports[index]!;
    const own = { DATA_DIR: folder, PUBLIC_URL: urls[site]!, [portOf[app]]: String(port) };
    const environment = { ...common, ...own };
    const process = new AppProcess({ name, app, port, logFolder: folder, environment });
    return { app, weight, url: urls[index]!, process };
  });
}

const victimsOf = (all: readonly Started[], kafka: TestKafka | undefined): Victim[] => [
  ...all.map(({ process, weight }) => processVictim(process, weight)),
  ...(kafka ? [brokerVictim(kafka)] : []),
];

const brokerVictim = (kafka: TestKafka): Victim => ({
  name: 'kafka',
  weight: 0.7,
  kill: () => kafka.kill9(),
  restore: () => kafka.restart(),
});
