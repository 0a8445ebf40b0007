import { openDatabase, type Database } from '@entente/storage';
import { openPostgresStream, type Stream } from '@entente/stream';

/** Which adapter to open and where, so that another process can be told. */
export type StreamAddress =
  | { readonly adapter: 'postgres'; readonly url: string }
  | { readonly adapter: 'kafka'; readonly url: string; readonly brokers: readonly string[] };

export interface OpenStream {
  readonly stream: Stream;
  /** Where the positions are. */
  readonly database: Database;
  close(): Promise<void>;
}

export const PARTITIONS = 4;
/** How long a member of a group that died may keep its partitions here. */
export const DEATH_MS = 1_500;

/** Opens the log as a process of its own would: with its own connections. */
export async function openStream(address: StreamAddress, topic: string): Promise<OpenStream> {
  const database = await openDatabase(address.url, { poolSize: 8, applicationName: 'stream-contract' });
  const stream = await openPostgresStream({ database, topic, partitions: PARTITIONS, leaseFor: DEATH_MS });
  return {
    stream,
    database,
    close: async () => {
      await stream.close();
      await database.close();
    },
  };
}
