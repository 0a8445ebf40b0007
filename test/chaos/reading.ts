import { Client } from 'pg';
import type { Place } from './place';

export type Query = <Row>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>;

/** Reads the installation's database over a connection of its own. */
export async function reading<T>(
  place: Pick<Place, 'databaseUrl'>,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: place.databaseUrl() });
  client.on('error', () => undefined); // the next statement tells
  await client.connect();
  try {
    return await work(async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      const { rows } = await client.query(sql, [...parameters]);
      return rows as Row[];
    });
  } finally {
    await client.end();
  }
}
