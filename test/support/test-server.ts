import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedServer } from '../../libs/storage/embedded/embedded-server';
import { Client } from 'pg';
import { RULE_MEANING } from '../../libs/segment/meaning';
import { migrate } from '../../libs/storage/database/migrate';

/** How specs reach the server of this test run. `{database}` stands for a database's name. */
export interface TestServer {
  readonly superuserUrl: string;
  readonly ownerUrl: string;
  readonly applicationUrl: string;
}

/** The migrated database that every other one is a copy of. */
export const TEMPLATE = 'entente';

const WAIT_MS = 60_000;

/** The run's server; the first spec that wants one starts it, whichever worker it runs in. */
export async function testServer(): Promise<TestServer> {
  const folder = runFolder();
  const ready = join(folder, 'ready.json');
  if (!existsSync(ready) && claim(join(folder, 'starting'))) await start(folder, ready);
  for (const end = Date.now() + WAIT_MS; !existsSync(ready); await sleep(50)) {
    if (existsSync(join(folder, 'failed')) || Date.now() > end)
      throw new Error("the test run's PostgreSQL did not start");
  }
  return JSON.parse(readFileSync(ready, 'utf8')) as TestServer;
}

/** Where this run keeps its server: given by Jest's globalSetup. */
function runFolder(): string {
  const folder = process.env['ENTENTE_TEST_RUN'];
  if (!folder) throw new Error('ENTENTE_TEST_RUN is not set: run specs through Jest');
  return folder;
}

function claim(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** As the engine does when it starts. */
async function adopt(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('UPDATE installation SET rule_meaning = $1', [RULE_MEANING]).finally(() => client.end());
}

async function start(folder: string, ready: string): Promise<void> {
  try {
    const server = await startEmbeddedServer({ folder: join(folder, 'postgres'), durable: false });
    await migrate({ url: server.url('entente_owner'), applicationRole: 'entente' });
    await adopt(server.url('entente_owner'));
    const urls: TestServer = {
      superuserUrl: server.url('postgres', '{database}'),
      ownerUrl: server.url('entente_owner', '{database}'),
      applicationUrl: server.url('entente', '{database}'),
    };
    const unfinished = `${ready}.${randomBytes(4).toString('hex')}`;
    writeFileSync(unfinished, JSON.stringify(urls));
    renameSync(unfinished, ready);
  } catch (error) {
    writeFileSync(join(folder, 'failed'), String(error));
    throw error;
  }
}
