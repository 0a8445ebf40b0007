import { stopEmbeddedServer } from '@entente/storage';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { AppProcess } from './app-process';
import { bringUp, type Place, type Victim } from './place';
import { lastingPorts } from './ports';
import { ANSWER_WITHIN_MS, openSlowInbox } from './slow-inbox';

const PARTITIONS = 4;
/** Its PostgreSQL has another port whenever it is started; the greeting comes after the last app is healthy. */
const whereDatabaseIs = /^\s*PostgreSQL\s+(postgresql:\S+)/;

/** Everything in one process with its embedded PostgreSQL; mails go to an inbox in this process, which outlives it. */
export async function openAllInOne(folder: string): Promise<Place> {
  mkdirSync(folder, { recursive: true });
  const inbox = await openSlowInbox(ANSWER_WITHIN_MS);
  const [ingest, api, site, engine, sender] = (await lastingPorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const process = new AppProcess({
    name: 'all-in-one',
    app: 'allinone',
    port: ingest,
    logFolder: folder,
    environment: {
      DATA_DIR: folder,
      INGEST_PORT: String(ingest),
      API_PORT: String(api),
      SITE_PORT: String(site),
      ENGINE_PORT: String(engine),
      SENDER_PORT: String(sender),
      SMTP_URL: inbox.url,
      STREAM_PARTITIONS: String(PARTITIONS),
    },
    greeting: whereDatabaseIs,
  });
  const close = async () => {
    await process.stop();
    await stopEmbeddedServer(join(folder, 'postgres'));
    await inbox.close();
  };
  await process.up().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    title: 'all in one process, PostgreSQL stream',
    ingest: `http://127.0.0.1:${ingest}`,
    api: `http://127.0.0.1:${api}`,
    engines: [`http://127.0.0.1:${engine}`],
    keys: JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as Place['keys'],
    databaseUrl: () => process.news,
    inbox,
    victims: victimsOf(process, folder),
    processes: [process],
    engineProcesses: [],
    restoreAll: () => bringUp([process]),
    close,
  };
}

function victimsOf(process: AppProcess, folder: string): Victim[] {
  const restore = () => process.keepStarting();
  return [
    { name: 'all-in-one', weight: 5, kill: () => process.kill9(), restore },
    {
      name: 'all-in-one with its PostgreSQL',
      weight: 3,
      kill: async () => {
        killServer(folder);
        await process.kill9();
      },
      restore,
    },
    {
      name: 'PostgreSQL, and then all-in-one',
      weight: 2,
      kill: async () => {
        killServer(folder);
        await new Promise((resolve) => setTimeout(resolve, 700));
        await process.kill9();
      },
      restore,
    },
  ];
}

function killServer(folder: string): void {
  const pid = Number(readServerPid(join(folder, 'postgres', 'data', 'postmaster.pid')));
  if (pid > 1) tryKill(pid);
}

function readServerPid(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[0] ?? '';
  } catch {
    return '';
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
