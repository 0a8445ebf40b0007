import { readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  frequentEventNames,
  markCommonEventNames,
  migrate,
  openDatabase,
  startEmbeddedServer,
  type Database,
  type EmbeddedServer,
} from '@entente/storage';
import { adoptRuleGround } from '../../apps/engine/adopt-rule-ground';
import { openFolder } from '../support/open-folder';
import { cpuTaken } from './cpu';

/** The PostgreSQL that comes with Entente, durable as in production, in a folder of its own. */
export class BenchServer {
  private readonly opened: { close(): Promise<void> }[] = [];

  private constructor(
    private readonly server: EmbeddedServer,
    private readonly folder: string,
  ) {}

  static async start(): Promise<BenchServer> {
    const folder = openFolder('bench');
    return new BenchServer(await startEmbeddedServer({ folder: join(folder, 'postgres') }), folder);
  }

  /** A new database with Entente's schema, opened as its application. */
  async database(name: string, poolSize: number): Promise<Database> {
    await this.create(name);
    await migrate({ url: this.server.url('entente_owner', name), applicationRole: 'entente' });
    const database = await openDatabase(this.server.url('entente', name), {
      poolSize,
      applicationName: 'bench',
    });
    this.opened.push(database);
    await adoptRuleGround(database, 'UTC');
    return database;
  }

  /** A new database without a schema, by so many connections of its owner. */
  async bare(name: string, connections: number): Promise<Client[]> {
    await this.create(name);
    const clients = Array.from({ length: connections }, () => this.client(name));
    await Promise.all(clients.map((client) => client.connect()));
    this.opened.push(...clients.map((client) => ({ close: () => client.end() })));
    return clients;
  }

  async asOwner(name: string, work: (client: Client) => Promise<void>): Promise<void> {
    await withClient(this.client(name), work);
  }

  /** So that no measurement pays for the checkpoint of another one. */
  async settle(name: string): Promise<void> {
    await withClient(this.superuser(name), async (client) => {
      await client.query('VACUUM ANALYZE');
      await client.query('CHECKPOINT');
    });
  }

  /** What an engine does that has stored a million events: from then on those of common names are not found by their name. */
  async learnNames(name: string, database: Database): Promise<void> {
    await withClient(this.superuser(name), async (client) => {
      await client.query('ANALYZE event');
    });
    await markCommonEventNames(database, await frequentEventNames(database, 0));
  }

  /** Microseconds of processor time that this process and the server have taken. */
  cpuTaken(): number {
    const [pid] = readFileSync(join(this.folder, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n');
    return cpuTaken(Number(pid));
  }

  async describe(): Promise<string> {
    let version = '';
    await withClient(this.superuser('postgres'), async (client) => {
      version = (await client.query<{ v: string }>(`SELECT current_setting('server_version') AS v`)).rows[0]!
        .v;
    });
    const [cpu] = cpus();
    return `${cpus().length} cores (${cpu?.model.trim()}), Node ${process.versions.node}, PostgreSQL ${version}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.opened.map((database) => database.close()));
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async create(name: string): Promise<void> {
    await withClient(this.superuser('postgres'), async (client) => {
      await client.query(`CREATE DATABASE ${name} OWNER entente_owner`);
    });
  }

  private client(name: string): Client {
    return new Client({ connectionString: this.server.url('entente_owner', name) });
  }

  private superuser(name: string): Client {
    return new Client({ connectionString: this.server.url('postgres', name) });
  }
}

async function withClient(client: Client, work: (client: Client) => Promise<void>): Promise<void> {
  await client.connect();
  await work(client).finally(() => client.end());
}
