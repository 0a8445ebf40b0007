import { DataSource } from 'typeorm';
import { columnTypes } from './column-types';
import { Database } from './database';

export interface DatabaseOptions {
  readonly poolSize: number;
  /** How this process is called in pg_stat_activity. */
  readonly applicationName: string;
}

/** Longer than any transaction of ours thinks; a process that hangs must not hold its locks for ever. */
const IDLE_IN_TRANSACTION_MS = 60_000;

/** Connects. Rows carry timestamptz as Date and bigint as decimal string. */
export async function openDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  const source = new DataSource({
    type: 'postgres',
    url,
    poolSize: options.poolSize,
    applicationName: options.applicationName,
    extra: {
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
      types: columnTypes,
      pipeline: true, // statements asked for together are one round trip
    },
    poolErrorHandler: () => undefined, // the next statement on that connection reports it
  });
  return new Database(await source.initialize());
}
