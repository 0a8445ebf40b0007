import { readFact, type Fact } from '@entente/event';
import { loadSettings, openLog, systemClock, type Resources } from '@entente/runtime';
import { addKey, type Database } from '@entente/storage';
import { openPostgresStream, type Stream } from '@entente/stream';
import { startIngest } from '../../apps/ingest/start';
import { testDatabase } from './postgres';

/** The Tracking API on a free port, over a stream in a database of its own, with a source that is not trusted. */
export interface TestIngest {
  readonly url: string;
  readonly writeKey: string;
  readonly source: number;
  readonly database: Database;
  /** Set to an error, the stream refuses every append with it. */
  trouble: Error | undefined;
  /** Facts in the log whose `field` is like this, in the log's order. */
  stored(field: 'name' | 'messageId' | 'type', like: string): Promise<(Fact & { key: string })[]>;
  close(): Promise<void>;
}

export async function testIngest(): Promise<TestIngest> {
  const at = await testDatabase();
  const log = await openPostgresStream({ database: at.database, topic: 'ingest', partitions: 4 });
  const stream: Pick<Stream, 'append' | 'bounds'> = {
    append: (records) => (ingest.trouble ? Promise.reject(ingest.trouble) : log.append(records)),
    bounds: () => log.bounds(),
  };
  const app = await startIngest({
    settings: { ...loadSettings({}), ingestPort: 0 },
    database: at.database,
    stream: stream as Stream,
    clock: systemClock,
    log: openLog({ logLevel: 'silent' }, 'test'),
  } as unknown as Resources);
  const ingest: TestIngest = {
    url: app.url,
    ...(await webSource(at.database)),
    database: at.database,
    trouble: undefined,
    stored: (field, like) => stored(at.database, field, like),
    close: async () => {
      await app.close();
      await log.close();
      await at.close();
    },
  };
  return ingest;
}

async function webSource(database: Database): Promise<{ source: number; writeKey: string }> {
  const [row] = await database.query<{ id: number }>(
    `INSERT INTO source (key, name, trusted, precedence) VALUES ('web', 'Web', false, 50) RETURNING id`,
  );
  const { secret } = await addKey(database, { name: 'web', role: 'ingest', sourceId: row!.id });
  return { source: row!.id, writeKey: secret };
}

async function stored(database: Database, field: string, like: string): Promise<(Fact & { key: string })[]> {
  const rows = await database.query<{ key: string; value: string }>(
    `SELECT key, value FROM stream_record
     WHERE topic = 'ingest' AND value::jsonb->>$1 LIKE $2 ORDER BY partition, position`,
    [field, like],
  );
  return rows.map(({ key, value }) => ({ ...readFact(value), key }));
}
