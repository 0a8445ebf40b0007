import { Client } from 'pg';
import { toIso, type Instant } from '@entente/kernel';
import type { Database } from '@entente/storage';
import { zones } from './shoppers';

/** What the rules' SQL asks for and PostgreSQL has no word for. */
const functions = `
  CREATE FUNCTION zone_of(named jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN named #>> '{}' IN (${zones.map((zone) => `'${zone}'`).join()}) THEN named #>> '{}' ELSE 'UTC' END $$;
  CREATE FUNCTION anniversary_in(day date, year integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT (day + make_interval(years => year - extract(year FROM day)::integer))::date $$;
  CREATE FUNCTION next_anniversary(day date, today date) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT min(one) FROM (SELECT anniversary_in(day, extract(year FROM today)::integer + n) AS one FROM generate_series(0, 1) n) x
    WHERE one >= today $$;`;

/** Everything that had arrived by an instant, each event once, under the person it belongs to today. */
const seen = `
  e AS MATERIALIZED (
    SELECT DISTINCT ON (person, id) coalesce(l.survivor_id, v.contact_id) AS person, v.message AS id, v.name, v.at, v.properties
    FROM event v LEFT JOIN lineage l USING (contact_id) WHERE v.arrival <= :now),
  t AS MATERIALIZED (
    SELECT person, name, value FROM (
      SELECT DISTINCT ON (e.person, said.key) e.person, said.key AS name, said.value
      FROM e CROSS JOIN LATERAL jsonb_each(e.properties) AS said WHERE e.name = 'Identified'
      ORDER BY e.person, said.key, e.at DESC, e.id DESC) last
    WHERE value <> 'null'),
  p AS (SELECT DISTINCT person FROM e)`;

/** Makes the functions; `ownerUrl` connects as the owner of the schema. */
export async function prepareSql(ownerUrl: string): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query(functions).finally(() => client.end());
}

/** The members of a rule at an instant, by SQL alone, in the order of their ids. */
export async function membersInSql(database: Database, sql: string, now: Instant): Promise<string[]> {
  const query = `WITH ${seen} SELECT person::text FROM p WHERE ${sql} ORDER BY p.person`;
  const rows = await database.query<{ person: string }>(
    query.replaceAll(':now', `'${toIso(now)}'::timestamptz`),
  );
  return rows.map(({ person }) => person);
}
