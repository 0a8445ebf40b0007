import type { ContactId, Uuid } from '@entente/kernel';
import { signToken, type TokenPayload, type TokenPurpose } from '@entente/message';
import { loadSettings, openLog, type Resources, type RunningApp } from '@entente/runtime';
import { gateFacts, hashAddress, readTokenKeys, recordPermission, standingsOf } from '@entente/storage';
import { randomUUID } from 'node:crypto';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { startSite } from '../../apps/site/start';
import { testDatabase, type TestDatabase } from './postgres';

/** Somebody who got a mail about `news` a minute ago, and said yes to it. */
export interface Recipient {
  readonly contact: ContactId;
  readonly address: string;
  readonly addressHash: Buffer;
  readonly message: Uuid;
}

export interface SiteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

/** The pages for recipients, on a database of their own with the topics `news`, `offers` and a hostile name. */
export class TestSite {
  static async start(): Promise<TestSite> {
    const test = await testDatabase();
    const resources = {
      settings: { ...loadSettings({}), sitePort: 0 },
      database: test.database,
      stream: { bounds: async () => new Map() },
      clock: { now: () => Date.now() },
      log: openLog({ logLevel: 'fatal' }, 'test'),
    } as unknown as Resources;
    await test.database.run(
      `INSERT INTO topic (key, name, description) VALUES
       ('news', 'Newsletter', 'Once a month'), ('offers', 'Offers & deals', ''), ('xss', '<script>alert(1)</script>', '"><img>')`,
    );
    return new TestSite(test, await startSite(resources));
  }

  private next = 100;

  private constructor(
    readonly test: TestDatabase,
    readonly app: RunningApp,
  ) {}

  get database() {
    return this.test.database;
  }

  async recipient({ sentAgo = 60_000, granted = true } = {}): Promise<Recipient> {
    const contact = String((this.next += 1));
    const address = `r${contact}@example.com`;
    const addressHash = await hashAddress(this.database, address);
    const message = randomUUID();
    await this.database.run(`INSERT INTO contact (id, created_at, clock) VALUES ($1, now(), now())`, [
      contact,
    ]);
    await this.database.run('INSERT INTO profile (contact_id, email, email_hash) VALUES ($1, $2, $3)', [
      contact,
      address,
      addressHash,
    ]);
    await this.database.run(
      `INSERT INTO message (contact_id, id, enrollment_id, step, visit, campaign_key, version_id, topic, from_key,
         template_key, template_version, status, not_before, expires_at, created_at, released_at, ended_at)
       VALUES ($1, $2, gen_random_uuid(), 'hello', 1, 'welcome', 1, 'news', 'shop', 'welcome-1', 1, 'sent', now(), now(),
         now(), $3, $3)`,
      [contact, message, new Date(Date.now() - sentAgo).toISOString()],
    );
    const recipient = { contact, address, addressHash, message };
    if (granted) await this.grant(recipient, 'news');
    return recipient;
  }

  grant({ contact, address }: Recipient, topic: string) {
    return this.database.transaction((tx) =>
      recordPermission(tx, {
        contact,
        address,
        topic,
        act: 'granted',
        actor: 'import',
        way: 'import',
        basis: 'consent',
        source: 2,
        evidence: {},
        at: Date.now(),
      }),
    );
  }

  async path(
    purpose: TokenPurpose,
    { contact, addressHash, message }: Recipient,
    more: Partial<TokenPayload> = {},
  ): Promise<string> {
    const [key] = await readTokenKeys(this.database);
    const topic = purpose === 'unsubscribe' ? { topic: 'news' } : {};
    const token = signToken(key!, { purpose, contact, addressHash, message, ...topic, ...more });
    return `/${letters[purpose]}/${token}`;
  }

  /** One request on a connection of its own, with these headers and no others of ours. */
  call(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders = {},
    body?: string | Buffer,
  ): Promise<SiteAnswer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const { hostname, port } = new URL(this.app.url!);
      const call = httpRequest(
        { hostname, port, path, method, headers: { ...length, ...headers }, agent: false },
        async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk as Buffer);
          const all = Buffer.concat(chunks);
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: all,
            text: all.toString(),
          });
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  }

  get(path: string, headers: OutgoingHttpHeaders = {}): Promise<SiteAnswer> {
    return this.call('GET', path, headers);
  }

  form(path: string, body: string, headers: OutgoingHttpHeaders = {}): Promise<SiteAnswer> {
    return this.call('POST', path, { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body);
  }

  async allows({ contact, addressHash }: Recipient, topic = 'news'): Promise<boolean> {
    const [facts] = await gateFacts(this.database, [{ contact, topic, addressHash }]);
    return facts!.permission.allowed && facts!.suppressions.length === 0;
  }

  async standing({ contact }: Recipient, topic = 'news') {
    return (await standingsOf(this.database, [contact])).get(contact)?.get(topic);
  }

  /** The facts told about somebody, by name; `by` follows where a verdict was given. */
  async told({ contact }: Recipient): Promise<string[]> {
    const rows = await this.database.query<{ name: string; by: string | null }>(
      `SELECT record->>'name' AS name, record->'properties'->>'by' AS by FROM outbox
       WHERE record->'contact'->>0 = $1 ORDER BY id`,
      [`id:${contact}`],
    );
    return rows.map(({ name, by }) => (by ? `${name} by ${by}` : name));
  }

  /** Everything that a GET must leave as it was. */
  async choices(): Promise<unknown> {
    const tables = ['permission', 'permission_state', 'permission_head', 'suppression', 'profile'];
    const all = tables.map((table) => this.database.query(`SELECT * FROM ${table} ORDER BY 1, 2`));
    return Promise.all(all);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.test.close();
  }
}

const letters: Record<TokenPurpose, string> = { unsubscribe: 'u', preferences: 'p', click: 'c', open: 'o' };
