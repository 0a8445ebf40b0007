import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openAllInOne } from './all-in-one';
import type { Place } from './place';
import { openProduction } from './production';

/** The ways in which Entente is run; each opens one in a folder. */
const setUps = {
  'all-in-one': openAllInOne,
  kafka: (folder: string) => openProduction(folder, 'kafka'),
  postgres: (folder: string) => openProduction(folder, 'postgres'),
};

export type SetUp = keyof typeof setUps;
export const setUpNames = Object.keys(setUps) as SetUp[];

export interface FolderOptions {
  /** Where data and logs go; otherwise a new folder. */
  readonly folder?: string;
  /** Does not remove it at the end. */
  readonly keep?: boolean;
}

/** Opens a set-up, and closes it when the work is done or an interrupt comes. */
export async function withSetUp<T>(
  setUp: SetUp,
  { folder, keep = false }: FolderOptions,
  work: (place: Place, folder: string) => Promise<T>,
): Promise<T> {
  const own = folder ? join(resolve(folder), setUp) : mkdtempSync(join(tmpdir(), `entente-${setUp}-`));
  mkdirSync(own, { recursive: true });
  chmodSync(own, 0o755); // a database server may run as another user
  try {
    const place = await setUps[setUp](own);
    const interrupt = () => void place.close().then(() => process.exit(130));
    process.once('SIGINT', interrupt);
    return await work(place, own).finally(() => {
      process.off('SIGINT', interrupt);
      return place.close();
    });
  } finally {
    if (!keep) rmSync(own, { recursive: true, force: true });
  }
}
