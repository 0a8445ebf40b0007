import { toIso } from '@entente/kernel';
import { lateSegment, segments } from '../definitions';
import type { EventClient } from '../event-client';
import type { Query } from '../reading';
import { ownKey } from './events';
import type { Findings } from './findings';
import { differing, driftFromLog, membersAt } from './membership-log';

export interface Instants {
  /** Instants that everything was read through before anything later was: everybody's memberships are compared. */
  readonly quiet: readonly number[];
  /** Any instants: those of people with one key and nothing told about them are compared. */
  readonly busy: readonly number[];
  /** Since when the segment counts that was written meanwhile. */
  readonly lateLiveAt: number;
  /** Keys of the people for the busy instants. */
  readonly plain: ReadonlySet<string>;
}

/** Promise 2: the log of memberships equals a recomputation in SQL over the events that had arrived, at each instant. */
export async function checkMemberships(
  query: Query,
  client: EventClient,
  instants: Instants,
  findings: Findings,
): Promise<void> {
  await offerAsTable(query, client);
  const everybody = await compareAll(query, instants.quiet, instants.lateLiveAt, () => true);
  findings.add(
    '2',
    'memberships equal SQL at instants all was read through',
    everybody.cases,
    everybody.faults,
  );
  const isPlain = (place: string) => instants.plain.has(place.split(' ')[1]!);
  const plain = await compareAll(query, instants.busy, Infinity, isPlain);
  findings.add('2', 'and at any instant, for people with one key', plain.cases, plain.faults);
  findings.add(
    '2',
    'memberships and timers are what the log and their contacts say',
    1,
    await driftFromLog(query),
  );
}

async function compareAll(
  query: Query,
  instants: readonly number[],
  lateLiveAt: number,
  counts: (place: string) => boolean,
): Promise<{ cases: number; faults: string[] }> {
  const faults: string[] = [];
  let cases = 0;
  for (const at of instants) {
    const names = [...Object.keys(segments), ...(at > lateLiveAt ? [lateSegment.key] : [])];
    const [expected, logged] = [await recomputed(query, at, names), await membersAt(query, at, names)];
    const wanted = new Set([...expected].filter(counts));
    const found = new Set([...logged].filter(counts));
    cases += new Set([...wanted, ...found]).size;
    faults.push(...differing(found, wanted, at));
  }
  return { cases, faults };
}

async function offerAsTable(query: Query, { offers }: EventClient): Promise<void> {
  await query(
    'CREATE TEMP TABLE offered (message uuid PRIMARY KEY, own text, user_key text, anonymous_key text)',
  );
  const rows = [...offers.values()].map((offer) => ({
    message: offer.message,
    own: ownKey(offer),
    user_key: offer.call.userId === undefined ? null : `user:${offer.call.userId}`,
    anonymous_key: offer.call.anonymousId === undefined ? null : `anonymous:${offer.call.anonymousId}`,
  }));
  await query(
    'INSERT INTO offered SELECT * FROM json_to_recordset($1::json) AS o (message uuid, own text, user_key text, anonymous_key text)',
    [JSON.stringify(rows)],
  );
  await query('ANALYZE offered');
}

const rules = { ...segments, [lateSegment.key]: lateSegment };

/** `segment person` of everybody who belongs to one by the events that arrived until then; a device is its earliest account's. */
async function recomputed(query: Query, at: number, names: readonly string[]): Promise<Set<string>> {
  const now = `timestamptz '${toIso(at)}'`;
  const parts = names.map(
    (name) => `SELECT '${name} ' || person AS place FROM (${rules[name]!.sql.replaceAll(':now', now)}) AS m`,
  );
  const rows = await query<{ place: string }>(
    `WITH arrived AS MATERIALIZED (
       SELECT offered.own, offered.user_key, offered.anonymous_key, event.*
       FROM event JOIN offered ON offered.message = event.message WHERE event.arrival <= ${now}
     ), link AS (
       SELECT DISTINCT ON (anonymous_key) anonymous_key, user_key FROM arrived
       WHERE anonymous_key IS NOT NULL AND user_key IS NOT NULL ORDER BY anonymous_key, at, message
     ), seen AS MATERIALIZED (
       SELECT coalesce(link.user_key, own) AS person, name, type, at, message, source_id, properties
       FROM arrived LEFT JOIN link ON link.anonymous_key = arrived.own
     ), latest AS (
       SELECT DISTINCT ON (person, source_id) person, source_id, properties->>'country' AS value FROM seen
       WHERE type = 'identify' AND properties ? 'country' ORDER BY person, source_id, at DESC, message DESC
     ), country AS (
       SELECT DISTINCT ON (person) person, value FROM latest JOIN source ON source.id = source_id
       WHERE value IS NOT NULL ORDER BY person, precedence
     ) ${parts.join(' UNION ALL ')}`,
  );
  return new Set(rows.map(({ place }) => place));
}
