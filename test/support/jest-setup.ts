import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopEmbeddedServer } from '../../libs/storage/embedded/embedded-server';
import { isRunning } from '../../libs/storage/embedded/folder-lock';
import { kafkaMissing } from './kafka';

const PREFIX = 'entente-test-';

/** Gives the run a folder for its PostgreSQL, fetches Kafka before workers would at once, and cleans up after runs that were killed. */
export default async function setup(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^entente-test-(\d+)-/.exec(name)?.[1]);
    if (pid && !isRunning(pid)) await removeRun(join(tmpdir(), name)).catch(() => undefined);
  }
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(folder, 0o755); // the server may run as another user
  process.env['ENTENTE_TEST_RUN'] = folder;
  kafkaMissing();
}

export async function removeRun(folder: string): Promise<void> {
  await stopEmbeddedServer(join(folder, 'postgres'));
  rmSync(folder, { recursive: true, force: true });
}
