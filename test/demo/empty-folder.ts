import { FolderInUse, lockFolder, stopEmbeddedServer } from '@entente/storage';
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ours = /^(postgres|keys\.json(\.new)?|entente\.log(\.1)?)$/;

/** Why the demo cannot have a folder. */
export class FolderNotFree extends Error {}

/** Empties the folder of an earlier demo, whose server may still run after a `kill -9`. Throws `FolderNotFree`. */
export async function emptyFolder(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const strange = readdirSync(folder).find((name) => !ours.test(name));
  if (strange)
    throw new FolderNotFree(`${folder} holds ${strange}, which no demo put there; choose another --folder.`);
  await removeServer(join(folder, 'postgres'));
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
}

/** The folder may be a link to where the server's user can reach it. */
async function removeServer(postgres: string): Promise<void> {
  if (!existsSync(postgres)) return;
  const home = realpathSync(postgres);
  try {
    lockFolder(home);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new FolderNotFree(
      `A demo runs in ${postgres} (process ${error.pid}): stop it first, or choose another --folder.`,
    );
  }
  await stopEmbeddedServer(postgres);
  rmSync(home, { recursive: true, force: true });
}
