import type { Tx } from '../database/database';

/** Tables of the things that authors name, by the column that holds the name. */
const keyColumns = {
  source: 'key',
  topic: 'key',
  sending_domain: 'domain',
  from_address: 'key',
  template: 'key',
  segment: 'key',
  campaign: 'key',
  list: 'key',
} as const;
export type AuthoredTable = keyof typeof keyColumns;

/** A thing's name, revision and times, in every row of these tables. */
export interface AuthoredRow {
  readonly key: string;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * Keeps other edits of this thing out until the transaction ends, whether it exists yet or not, and gives its
 * revision; undefined when it does not exist.
 */
export async function lockAuthored(tx: Tx, table: AuthoredTable, key: string): Promise<number | undefined> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${table}:${key}`]);
  const revision = table === 'template' ? 'version' : 'revision';
  const [row] = await tx.query<{ revision: number }>(
    `SELECT ${revision} AS revision FROM ${table} WHERE ${keyColumns[table]} = $1`,
    [key],
  );
  return row?.revision;
}

/** What every list of authored things takes: the key it goes on after, and how many. */
export interface KeyPage {
  readonly after?: string;
  readonly limit: number;
}
