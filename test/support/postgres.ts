import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { openDatabase, type Database } from '@entente/storage';
import { TEMPLATE, testServer } from './test-server';

export interface TestDatabase {
  /** Connected as the application's role, so that missing privileges show. */
  readonly database: Database;
  /** Connection strings of the application's role and of the schema's owner. */
  readonly url: string;
  readonly ownerUrl: string;
  close(): Promise<void>;
}

/** A fresh migrated database: a copy of the run's template, dropped on close. */
export async function testDatabase(): Promise<TestDatabase> {
  const { name, at, drop } = await copyOf(TEMPLATE);
  const database = await openDatabase(at('applicationUrl'), { poolSize: 10, applicationName: name });
  return {
    database,
    url: at('applicationUrl'),
    ownerUrl: at('ownerUrl'),
    close: async () => {
      await database.close();
      await drop();
    },
  };
}

/** A database without a schema, for the migrations themselves. */
export async function emptyDatabase(): Promise<{ url: string; ownerUrl: string; drop(): Promise<void> }> {
  const { at, drop } = await copyOf('template0');
  return { url: at('applicationUrl'), ownerUrl: at('ownerUrl'), drop };
}

async function copyOf(template: string) {
  const server = await testServer();
  const name = `spec_${randomBytes(6).toString('hex')}`;
  const run = (sql: string) => withClient(server.superuserUrl.replace('{database}', 'postgres'), sql);
  await run(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER entente_owner`);
  return {
    name,
    at: (url: keyof typeof server) => server[url].replace('{database}', name),
    drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function withClient(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
