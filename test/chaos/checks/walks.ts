import { campaigns, PAUSE_SECONDS } from '../definitions';
import type { Query } from '../reading';
import { beyond, type Findings } from './findings';

/** Promise 7: one enrollment per contact, campaign and cause; each step once per visit; nothing early; nobody stuck. */
export async function checkWalks(query: Query, findings: Findings): Promise<void> {
  for (const [campaign, name] of [
    ['signed-up', 'Signed Up'],
    ['asked', 'Asked'],
  ] as const)
    await compare(
      query,
      findings,
      `"${campaign}" began once for each "${name}" that was fresh`,
      byEvent(name),
      begunBy(campaign, `cause->>'message'`),
    );
  await compare(
    query,
    findings,
    '"carts" began once for each entry into its segment',
    ENTRIES,
    begunBy('carts', `enrollment.contact_id || ' ' || (cause->>'at')`),
  );
  await compare(
    query,
    findings,
    '"granted" began once for each who gave a permission',
    GRANTED,
    begunBy('granted', PERSON),
  );
  await checkSteps(query, findings);
  findings.add('7', 'no enrollment is stuck, nobody waits for repair', 1, await stuck(query));
}

const PERSON = `coalesce((SELECT survivor_id FROM lineage WHERE lineage.contact_id = enrollment.contact_id), enrollment.contact_id)::text`;

const begunBy = (campaign: string, cause: string): string =>
  `SELECT ${cause} AS cause FROM enrollment WHERE campaign_key = '${campaign}'`;

/** An event starts a campaign while it is fresh at its arrival. */
const byEvent = (name: string): string =>
  `SELECT message::text AS cause FROM event WHERE name = '${name}' AND arrival - at <= interval '24 hours'`;

/** Entries that a fresh event or time alone caused; a merge starts nothing. */
const ENTRIES = `
  SELECT change.contact_id || ' ' || floor(extract(epoch FROM change.effective_at) * 1000)::bigint AS cause
  FROM membership_change AS change
  JOIN segment_version AS version ON version.id = change.version_id AND version.segment_key = 'left-cart'
  LEFT JOIN event ON event.message::text = change.cause->>'message'
  WHERE change.entered AND (change.cause->>'kind' = 'time'
    OR (change.cause->>'kind' = 'event' AND event.arrival - event.at <= interval '24 hours'))`;

const GRANTED = `
  SELECT DISTINCT coalesce(lineage.survivor_id, event.contact_id)::text AS cause
  FROM event LEFT JOIN lineage ON lineage.contact_id = event.contact_id WHERE name = 'Permission Granted'`;

/** The two lists of causes must be the same, without repetition. */
async function compare(
  query: Query,
  findings: Findings,
  truth: string,
  expected: string,
  found: string,
): Promise<void> {
  const causes = async (sql: string) =>
    (await query<{ cause: string }>(sql)).map(({ cause }) => String(cause));
  const [wanted, begun] = [await causes(expected), await causes(found)];
  const twice = begun.filter((cause, index) => begun.indexOf(cause) !== index);
  findings.add('7', truth, wanted.length, [
    ...twice.map((cause) => `twice: ${cause}`),
    ...beyond(new Set(wanted), new Set(begun), 'never begun'),
    ...beyond(new Set(begun), new Set(wanted), 'begun without a cause'),
  ]);
}

/** A completed walk has a message of each of its steps, and the mail after a pause is not early. */
async function checkSteps(query: Query, findings: Findings): Promise<void> {
  const rows = await query<{ id: string; campaign: string; steps: string[]; seconds: number | null }>(
    `SELECT enrollment.id, enrollment.campaign_key AS campaign, coalesce(array_agg(step) FILTER (WHERE step IS NOT NULL), '{}') AS steps,
       extract(epoch FROM max(message.created_at) - min(message.created_at))::float8 AS seconds
     FROM enrollment LEFT JOIN message
       ON message.contact_id = enrollment.contact_id AND message.enrollment_id = enrollment.id
     WHERE enrollment.status = 'completed' GROUP BY enrollment.id, enrollment.campaign_key, enrollment.contact_id`,
  );
  const faults = rows.flatMap(({ id, campaign, steps, seconds }) => {
    const wanted = (campaigns as Record<string, readonly string[]>)[campaign] ?? ['mail'];
    if (wanted.length !== steps.length)
      return [`${campaign} ${id} has the messages ${steps.join() || 'none'}`];
    const early = steps.length > 1 && (seconds ?? 0) < PAUSE_SECONDS;
    return early ? [`${campaign} ${id} went on after ${seconds} s`] : [];
  });
  findings.add('7', 'each step of a walk acted once, none early', rows.length, faults);
}

async function stuck(query: Query): Promise<string[]> {
  const rows = await query<{ what: string }>(
    `SELECT 'enrollment ' || id || ' of ' || campaign_key || ' is open' AS what FROM enrollment WHERE status = 'active'
     UNION ALL SELECT 'enrollment ' || id || ' has ended ' || status FROM enrollment WHERE status IN ('failed', 'canceled')
     UNION ALL SELECT 'contact ' || id || ' waits for repair: ' || repair FROM contact WHERE repair IS NOT NULL
     UNION ALL SELECT 'a record is set aside: ' || reason FROM set_aside
     UNION ALL SELECT 'the timer of contact ' || contact_id || ' is overdue' FROM timer
               WHERE due < clock_timestamp() - interval '5 seconds'`,
  );
  return rows.map(({ what }) => what);
}
