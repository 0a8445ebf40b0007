import { openDatabase, type Database } from '@entente/storage';
import { openKafkaStream, openPostgresStream, type Stream } from '@entente/stream';

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
/** How long a member of a group that died may keep its partitions here; brokers allow no less than six seconds. */
const LEASE_MS = { postgres: 1_500, kafka: 6_000 };

/** Opens the log as a process of its own would: with its own connections. */
export async function openStream(address: StreamAddress, topic: string): Promise<OpenStream> {
  const database = await openDatabase(address.url, { poolSize: 8, applicationName: 'stream-contract' });
  const options = { database, topic, partitions: PARTITIONS, leaseFor: LEASE_MS[address.adapter] };
  const stream =
    address.adapter === 'kafka'
      ? await openKafkaStream({ ...options, brokers: address.brokers, clientId: 'stream-contract' })
      : await openPostgresStream(options);
  return {
    stream,
    database,
    close: async () => {
      await stream.close();
      await database.close();
    },
  };
}
