import { openLog, type Logger } from './logger';
import { openResources } from './open-resources';
import { closeOnSignal } from './shutdown';
import type { Resources, RunningApp } from './resources';
import { BadSettings, loadSettings, type Settings } from './settings';

/** Runs one app as this process: settings from the environment, resources, signals. */
export async function runApp(
  name: string,
  start: (resources: Resources) => Promise<RunningApp>,
  needed: readonly (keyof Settings)[] = [],
): Promise<void> {
  const settings = settingsOrExit(['databaseUrl', ...needed]);
  const log = openLog(settings, name);
  try {
    const resources = await openResources(settings, { app: name, log });
    const app = await start(resources).catch(async (error: unknown) => {
      await resources.close();
      throw error;
    });
    closeOnSignal(settings, log, async () => {
      await app.close();
      await resources.close();
    });
    log.info({ url: app.url }, 'running');
  } catch (error) {
    exitWith(log, error);
  }
}

/** The settings of this process; it ends with all problems named when there are any. */
export function settingsOrExit(needed: readonly (keyof Settings)[] = []): Settings {
  try {
    return loadSettings(process.env, needed);
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}

function exitWith(log: Logger, error: unknown): never {
  log.fatal({ err: error }, 'could not start');
  return process.exit(1);
}
