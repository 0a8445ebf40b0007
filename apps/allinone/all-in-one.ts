import { mkdirSync } from 'node:fs';
import { openResources, type Logger, type Resources, type RunningApp, type Settings } from '@entente/runtime';
import { startApi } from '../api/start';
import { startEngine } from '../engine/start';
import { startIngest } from '../ingest/start';
import { startSender } from '../sender/start';
import { startSite } from '../site/start';
import { firstKeys, type FirstKeys } from './first-keys';
import { startLocalServers, type LocalServers } from './local-servers';

export interface AllInOne {
  readonly resources: Resources;
  readonly servers: LocalServers;
  readonly keys: FirstKeys;
  /** Finishes what is in hand and stops everything that was started, last the database. */
  close(): Promise<void>;
}

/** In the order they start; they stop in this order too: first nothing comes in, then what is in hand is finished. */
const apps: readonly ((resources: Resources) => Promise<RunningApp>)[] = [
  startIngest,
  startApi,
  startSite,
  startEngine,
  startSender,
];

/** Runs every app in this process, with local servers where the settings name no real ones. */
export async function startAllInOne(given: Settings, log: Logger): Promise<AllInOne> {
  mkdirSync(given.dataDir, { recursive: true });
  const started: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const stop of started.splice(0)) await stop();
  };
  try {
    const servers = await startLocalServers(given, log);
    started.unshift(() => servers.close());
    const resources = await openResources(servers.settings, { app: 'allinone', log });
    started.unshift(() => resources.close());
    const keys = await firstKeys(resources.database, given.dataDir);
    for (const start of apps) {
      const app = await start(resources);
      started.splice(started.length - 2, 0, () => app.close());
    }
    return { resources, servers, keys, close };
  } catch (error) {
    await close();
    throw error;
  }
}
