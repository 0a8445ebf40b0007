import { toIso, type Instant } from '@entente/kernel';
import type { Query } from '../../chaos/reading';
import { zones } from './shoppers';

/** What the rules' SQL asks for and PostgreSQL has no word for. */
const functions = `
  CREATE OR REPLACE FUNCTION pg_temp.zone_of(named jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN named #>> '{}' IN (${zones.map((zone) => `'${zone}'`).join()}) THEN named #>> '{}' ELSE 'UTC' END $$;
  CREATE OR REPLACE FUNCTION pg_temp.anniversary_in(day date, year integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT (day + make_interval(years => year - extract(year FROM day)::integer))::date $$;
  CREATE OR REPLACE FUNCTION pg_temp.next_anniversary(day date, today date) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT min(one) FROM (
      SELECT pg_temp.anniversary_in(day, extract(year FROM today)::integer + n) AS one FROM generate_series(0, 1) n) x
    WHERE one >= today $$;
  CREATE OR REPLACE FUNCTION pg_temp.km(place jsonb, latitude float8, longitude float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT 6371.0088 * acosd(sind((place->>'lat')::float8) * sind(latitude)
      + cosd((place->>'lat')::float8) * cosd(latitude) * cosd((place->>'lng')::float8 - longitude)) * pi() / 180 $$;`;

/** Everything that had arrived by an instant, each event once, under the person it belongs to today. */
const seen = `
  DROP TABLE IF EXISTS pg_temp.e, pg_temp.t, pg_temp.p;
  CREATE TEMP TABLE e AS
    SELECT DISTINCT ON (person, id) coalesce(l.survivor_id, v.contact_id) AS person, v.message AS id, v.name, v.at, v.properties, v.context
    FROM event v LEFT JOIN lineage l USING (contact_id) WHERE v.arrival <= :now;
  CREATE INDEX ON e (person, name, at);
  CREATE TEMP TABLE t AS
    SELECT person, name, value FROM (
      SELECT DISTINCT ON (e.person, said.key) e.person, said.key AS name, said.value
      FROM e CROSS JOIN LATERAL jsonb_each(e.properties) AS said WHERE e.name = 'Identified'
      ORDER BY e.person, said.key, e.at DESC, e.id DESC) last
    WHERE value <> 'null';
  CREATE INDEX ON t (person, name);
  CREATE TEMP TABLE p AS
    SELECT DISTINCT person, coalesce(identity.key, 'contact ' || person) AS key
    FROM e LEFT JOIN identity ON identity.contact_id = person;
  ANALYZE e, t, p;`;

/** `segment person` of everybody for whom a segment's condition holds at an instant, by SQL alone; conditions are as those of `rulesInSql`. */
export async function membersInSql(
  query: Query,
  now: Instant,
  conditions: readonly (readonly [segment: string, sql: string])[],
): Promise<Set<string>> {
  const at = (sql: string): string => sql.replaceAll(':now', `'${toIso(now)}'::timestamptz`);
  await query(functions + at(seen));
  const parts = conditions.map(([key, sql]) => `SELECT '${key} ' || p.key AS place FROM p WHERE ${sql}`);
  const rows = await query<{ place: string }>(at(parts.join(' UNION ALL ')));
  return new Set(rows.map(({ place }) => place));
}
