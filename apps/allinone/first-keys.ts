import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addKey, findKey, findSource, publish, saveSource, type Database, type Tx } from '@entente/storage';

/** Keys to begin with: write keys of a browser and of a server, and an API key that may everything. */
export interface FirstKeys {
  readonly web: string;
  readonly server: string;
  readonly admin: string;
}

const sources = {
  web: { name: 'Web site', trusted: false, precedence: 100 },
  server: { name: 'Server', trusted: true, precedence: 50 },
} as const;

/** Makes the sources and keys on the first start, and keeps them in the data folder so that later starts know them. */
export async function firstKeys(database: Database, dataDir: string): Promise<FirstKeys> {
  const file = join(dataDir, 'keys.json');
  const kept = readKeys(file);
  if (kept && (await areValid(database, kept))) return kept;
  const keys = await database.transaction(makeKeys);
  writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return keys;
}

function readKeys(file: string): FirstKeys | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as FirstKeys) : undefined;
}

async function areValid(database: Database, keys: FirstKeys): Promise<boolean> {
  const found = await Promise.all(Object.values(keys).map((key: string) => findKey(database, key)));
  return found.every((key) => key !== undefined);
}

async function makeKeys(tx: Tx): Promise<FirstKeys> {
  await publish(tx);
  const admin = await addKey(tx, { name: 'First key of this installation', role: 'admin' });
  return {
    web: await writeKey(tx, 'web'),
    server: await writeKey(tx, 'server'),
    admin: admin.secret,
  };
}

async function writeKey(tx: Tx, key: keyof typeof sources): Promise<string> {
  const source = (await findSource(tx, key)) ?? (await saveSource(tx, key, sources[key]));
  const { secret } = await addKey(tx, { name: `Write key of ${key}`, role: 'ingest', sourceId: source.id });
  return secret;
}
