import { toIso, type Instant } from '@entente/kernel';
import { parseRule } from '@entente/segment';
import { publish, type Database } from '@entente/storage';
import { driftOfContacts, isKept } from '../support/contact-drift';
import type { BenchEngine } from './bench-engine';
import { categoriesSql, type BenchSegment } from './segments';

/** Publishes segments and makes them live without walking anybody: the contacts are made afterwards, with their memberships. */
export async function publishLive(database: Database, segments: readonly BenchSegment[]): Promise<void> {
  const rules = segments.map(({ rule }) => {
    const parsed = parseRule(rule);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    return JSON.stringify(parsed.rule);
  });
  await database.transaction(async (tx) => {
    await publish(tx);
    const keys = segments.map(({ key }) => key);
    await tx.run('INSERT INTO segment (key, name) SELECT key, key FROM unnest($1::text[]) AS k (key)', [
      keys,
    ]);
    await tx.run(
      `INSERT INTO segment_version (segment_key, version, rule, status, live_at)
       SELECT key, 1, rule::jsonb, 'live', now() FROM unnest($1::text[], $2::text[]) AS s (key, rule)`,
      [keys, rules],
    );
  });
}

/** Makes contacts as they are in life: each known by a user id, evaluated, a member of what holds for somebody without events. */
export async function makeContacts(
  database: Database,
  count: number,
  segments: readonly BenchSegment[],
): Promise<void> {
  await database.run(
    `INSERT INTO source (key, name, trusted, precedence) VALUES ('shop', 'Shop', false, 100)`,
  );
  await database.run(
    `INSERT INTO identity (key, contact_id) SELECT 'user:' || n, nextval('contact_id_seq') FROM generate_series(1, $1::int) AS n`,
    [count],
  );
  await database.run(
    `INSERT INTO contact (id, version, created_at, clock, generation)
     SELECT n, 1, now(), now(), generation FROM generate_series(1, $1::int) AS n, definitions`,
    [count],
  );
  await database.run(
    `WITH ${asSeen} INSERT INTO membership (contact_id, version_id, since)
     SELECT contact_id, version.id, now() FROM (${pairs(segments, Date.now())}) AS wanted
     JOIN segment_version AS version ON version.segment_key = segment`,
  );
  await database.run(
    `UPDATE contact SET members = had.versions
     FROM (SELECT contact_id, array_agg(version_id) AS versions FROM membership GROUP BY 1) AS had WHERE contact.id = contact_id`,
  );
  await database.run(
    `INSERT INTO membership_change (contact_id, version_id, entered, effective_at, cause)
     SELECT contact_id, version_id, true, since, '{"kind":"build"}' FROM membership`,
  );
}

/** What the checks read: every event under the person it belongs to by now, and each person's country. */
const asSeen = `
  person AS (SELECT id AS contact_id FROM contact WHERE version > 0
             AND NOT EXISTS (SELECT FROM lineage WHERE lineage.contact_id = contact.id)),
  seen AS MATERIALIZED (
    SELECT coalesce(lineage.survivor_id, event.contact_id) AS contact_id, name, type, at, message, properties
    FROM event LEFT JOIN lineage ON lineage.contact_id = event.contact_id
    WHERE name = ANY ('{Order Completed,Product Added,Support Asked,Product Viewed,Category Viewed,Identified}')),
  trait AS (
    SELECT DISTINCT ON (contact_id) contact_id, properties->>'country' AS country
    FROM seen WHERE type = 'identify' ORDER BY contact_id, at DESC, message DESC)`;

/** Who is in which segment, by SQL. */
function pairs(segments: readonly BenchSegment[], now: Instant): string {
  const single = segments
    .filter(({ sql }) => sql !== undefined)
    .map(({ key, sql }) => `SELECT '${key}' AS segment, contact_id FROM (${sql}) AS m`);
  const categories = segments.length - single.length;
  return [...single, ...(categories > 0 ? [categoriesSql(categories)] : [])]
    .join(' UNION ALL ')
    .replaceAll(':now', `timestamptz '${toIso(now)}'`);
}

/** What is not exact once everything has come to rest, as a line each; and how many memberships there are. */
export async function checkMemberships(
  engine: BenchEngine,
  segments: readonly BenchSegment[],
): Promise<{ faults: readonly string[]; members: number }> {
  const now = await engine.comeToRest();
  const { differing, members, examples } = await differences(engine.database, segments, now);
  const drifted = await drift(engine.database);
  const faults = [...engine.reports, ...examples];
  if (members === 0) faults.push('nobody is a member of anything');
  if (differing > 0) faults.push(`${differing} of ${members} memberships differ from SQL`);
  if (drifted > 0) faults.push(`${drifted} memberships or timers are not what the log or the contacts say`);
  return { faults, members };
}

/** How many memberships differ from what SQL computes of the stored events, some of them, and how many there are. */
async function differences(
  database: Database,
  segments: readonly BenchSegment[],
  now: Instant,
): Promise<{ differing: number; members: number; examples: readonly string[] }> {
  const [row] = await database.query<{ differing: string; members: string; examples: string[] | null }>(
    `WITH ${asSeen},
     wanted AS MATERIALIZED (${pairs(segments, now)}),
     kept AS MATERIALIZED (SELECT segment_key AS segment, contact_id FROM membership
       JOIN segment_version AS version ON version.id = version_id AND version.status = 'live'),
     differing AS MATERIALIZED (
       SELECT 'missing' AS what, * FROM (TABLE wanted EXCEPT TABLE kept) AS d
       UNION ALL SELECT 'too many', * FROM (TABLE kept EXCEPT TABLE wanted) AS d)
     SELECT (SELECT count(*) FROM differing) AS differing, (SELECT count(*) FROM wanted) AS members,
       (SELECT array_agg(concat_ws(' ', what, segment, contact_id)) FROM (SELECT * FROM differing LIMIT 5) AS first) AS examples`,
  );
  return { differing: Number(row!.differing), members: Number(row!.members), examples: row!.examples ?? [] };
}

/** How many memberships and timers are not where the log of entries and exits, or the rows of contacts, have them. */
async function drift(database: Database): Promise<number> {
  const [row] = await database.query<{ drift: string }>(
    `WITH logged AS (SELECT contact_id, version_id FROM (
       SELECT DISTINCT ON (contact_id, version_id) contact_id, version_id, entered FROM membership_change
       ORDER BY contact_id, version_id, id DESC) AS last WHERE entered AND ${isKept}),
     kept AS (SELECT contact_id, version_id FROM membership WHERE ${isKept})
     SELECT count(*) AS drift FROM (
       (TABLE logged EXCEPT TABLE kept)
       UNION ALL (TABLE kept EXCEPT TABLE logged)
       UNION ALL (${driftOfContacts})) AS d`,
  );
  return Number(row!.drift);
}
