import { loadSettings, openLog, type Resources, type RunningApp } from '@entente/runtime';
import { addKey, type Role } from '@entente/storage';
import type { Stream } from '@entente/stream';
import { startApi } from '../../apps/api/start';
import { testDatabase, type TestDatabase } from './postgres';

export interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `undefined` when it is none. */
  readonly body: Body;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly role?: Role;
}

/** The marketing API on a database of its own, with a key for each role. */
export class TestApi {
  static async start(changed: Partial<Resources> = {}): Promise<TestApi> {
    const test = await testDatabase();
    const resources = {
      settings: { ...loadSettings({}), apiPort: 0 },
      database: test.database,
      stream: keeping([]),
      clock: { now: () => Date.now() },
      log: openLog({ logLevel: 'error' }, 'test'),
      ...changed,
    } as unknown as Resources;
    return new TestApi(test, await startApi(resources));
  }

  private readonly keys = new Map<Role, string>();

  private constructor(
    readonly test: TestDatabase,
    readonly app: RunningApp,
  ) {}

  get url(): string {
    return `${this.app.url}/api/v1`;
  }

  async key(role: Role): Promise<string> {
    const known = this.keys.get(role);
    if (known) return known;
    const source = role === 'ingest' ? { sourceId: 2 } : {};
    const { secret } = await addKey(this.test.database, { name: `test ${role}`, role, ...source });
    this.keys.set(role, secret);
    return secret;
  }

  /** Calls as an admin, unless another role is named. A body that is no text or bytes is sent as JSON. */
  async call<Body = any>( // eslint-disable-line
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, role = 'admin' }: CallOptions = {},
  ): Promise<Reply<Body>> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.key(role)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: json(text) as Body };
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.test.close();
  }
}

/** A stream that keeps what is appended. */
export const keeping = (records: unknown[]): Stream =>
  ({
    partitions: 1,
    append: async (some: readonly { value: string }[]) =>
      void records.push(...some.map(({ value }) => JSON.parse(value) as unknown)),
    bounds: async () => new Map(),
  }) as unknown as Stream;

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
