import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new temporary folder that others can enter: run by root, the embedded server works as nobody. */
export function openFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `entente-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}
