import { toIso, type ContactId, type Instant } from '@entente/kernel';
import { identityNames } from '@entente/event';
import { ANYTHING, type Deviation, type EventsHad } from '@entente/segment';
import type { Database } from '../database/database';
import { ownSource } from '../outbox';

/** Of the server's memory, before it goes to disk, 256 MB (twice that for hashing) and of its processors one, where other work needs them. */
const beside = ["work_mem = '256MB'", 'max_parallel_workers_per_gather = 0'];
/** Else up to three processes share the memory. That each hands over much to the one that counts is what the planner takes for too much. */
const alone = ["work_mem = '85MB'", 'max_parallel_workers_per_gather = 2', 'parallel_tuple_cost = 0'];
/** Where nothing but contacts is to be counted, they sort these faster than one hashes them, whatever the planner thinks of their number. */
const sorted = 'enable_hashagg = off';

export interface DeviatingPage {
  readonly after: ContactId;
  readonly limit: number;
  /** How long ago events are is reckoned from then. */
  readonly now: Instant;
  /** Names of so many events that they are not found by name, as of the definitions that the deviation is of. */
  readonly common: ReadonlySet<string>;
  /** Whether other work needs the server's processors, too: then this takes one at the most. */
  readonly busy: boolean;
}

/**
 * The next persons of a deviation by their ids, by all that is committed; some of them may not deviate. Where events of common
 * names are in it, all events are read once.
 */
export async function findDeviating(
  database: Database,
  deviation: Deviation,
  { after, limit, now, common, busy }: DeviatingPage,
): Promise<ContactId[]> {
  const asked = new Asked();
  const own = await ownSource(database);
  const having = (events: readonly EventsHad[], where: string) =>
    withEvents(events, where, (had) => testOf(had, own, now, asked), asked);
  const isFoundByName = ({ names }: EventsHad): boolean =>
    names.every((name) => name !== ANYTHING && !common.has(name));
  const contacts = [
    ...having(
      deviation.events.filter((had) => !isFoundByName(had)),
      'true',
    ),
    ...ofSameNames(deviation.events.filter(isFoundByName)).flatMap((events) =>
      having(events, `rare AND ${isOneOf(events[0]!.names, asked)}`),
    ),
    ...deviation.traits.map(
      (trait) => `SELECT contact_id FROM profile WHERE traits ? ${asked.as('text', trait)}`,
    ),
    ...deviation.members.map(
      (version) => `SELECT contact_id FROM membership WHERE version_id = ${asked.as('int', version)}`,
    ),
    ...deviation.others.map(
      (version) => `SELECT id FROM contact WHERE NOT EXISTS (
         SELECT FROM membership WHERE contact_id = contact.id AND version_id = ${asked.as('int', version)})`,
    ),
  ];
  if (contacts.length === 0) return [];
  const sql = `
    SELECT string_agg(id::text, ',' ORDER BY id) AS ids FROM (
      SELECT DISTINCT coalesce(survivor_id, contact_id) AS id
      FROM (${contacts.join(' UNION ALL ')}) AS deviating (contact_id) LEFT JOIN lineage USING (contact_id)
      WHERE coalesce(survivor_id, contact_id) > ${asked.as('bigint', after)}
      ORDER BY id LIMIT ${asked.as('int', limit)}) AS page`;
  return database.transaction(async (tx) => {
    const settings = busy ? beside : deviation.events.length === 1 ? [...alone, sorted] : alone;
    for (const setting of settings) await tx.query(`SET LOCAL ${setting}`);
    const [row] = await tx.query<{ ids: string | null }>(sql, asked.parameters);
    return row!.ids?.split(',') ?? [];
  });
}

/** The parameters of a statement that is put together. */
class Asked {
  readonly parameters: unknown[] = [];

  as(type: string, value: unknown): string {
    return `$${this.parameters.push(value)}::${type}`;
  }
}

/** In one pass over the events of which `where` holds: a person has those of all contacts that are part of them. */
function withEvents(
  events: readonly EventsHad[],
  where: string,
  test: (had: EventsHad) => string,
  asked: Asked,
): string[] {
  if (events.length === 0) return [];
  const tests = events.map((had) => ({
    sql: test(had),
    atLeast: asked.as('int', had.atLeast),
  }));
  const enough = tests.map(({ sql, atLeast }) =>
    tests.length === 1 ? `count(*) >= ${atLeast}` : `count(*) FILTER (WHERE ${sql}) >= ${atLeast}`,
  );
  return [
    `SELECT coalesce(survivor_id, contact_id) FROM event LEFT JOIN lineage USING (contact_id)
     WHERE ${where} AND (${tests.map(({ sql }) => `(${sql})`).join(' OR ')}) GROUP BY 1 HAVING ${enough.join(' OR ')}`,
  ];
}

function ofSameNames(events: readonly EventsHad[]): EventsHad[][] {
  const groups = new Map<string, EventsHad[]>();
  for (const had of events) {
    const text = JSON.stringify(had.names);
    groups.set(text, [...(groups.get(text) ?? []), had]);
  }
  return [...groups.values()];
}

const isOneOf = (names: readonly string[], asked: Asked): string =>
  names.length === 1 ? `name = ${asked.as('text', names[0])}` : `name = ANY(${asked.as('text[]', names)})`;

function testOf(
  { names, own, properties, within }: EventsHad,
  source: number,
  now: Instant,
  asked: Asked,
): string {
  const tests = [
    names.includes(ANYTHING)
      ? `(${isOneOf(names, asked)} OR NOT name = ANY(${asked.as('text[]', identityNames)}) AND source_id <> ${asked.as('smallint', source)})`
      : isOneOf(names, asked),
    ...(own ? [`source_id = ${asked.as('smallint', source)}`] : []),
    ...(within === undefined ? [] : [`at > ${asked.as('timestamptz', toIso(now - within))}`]),
    ...(properties ? [`properties @> ${asked.as('jsonb', JSON.stringify(properties))}`] : []),
  ];
  return tests.join(' AND ');
}
