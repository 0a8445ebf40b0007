import { toIso, type ContactId, type Duration, type Instant } from '@entente/kernel';
import { bigintArray } from '../database/binary-array';
import type { Database } from '../database/database';
import { PackedReader } from '../database/packed-reader';

export interface InstantsAsked {
  /** Sorted by their ids. */
  readonly contacts: readonly ContactId[];
  /** None of them common. With each, how long before `now` an event may be; undefined: however long. */
  readonly reaches: ReadonlyMap<string, Duration | undefined>;
  readonly now: Instant;
  /** After how many instants no further contact is begun with. */
  readonly enough: number;
  /** Whether other work needs the server's processors, too: then this takes one at the most. */
  readonly busy: boolean;
}

/** When events of some names happened, by person. */
export class FoundInstants {
  constructor(
    private readonly names: readonly string[],
    private readonly packed: ReadonlyMap<ContactId, Buffer>,
    /** Up to whom, of those asked for, all are found. */
    readonly to: ContactId,
  ) {}

  /** In no particular order. */
  *of(contact: ContactId): Generator<{ readonly name: string; readonly at: Instant }> {
    const bytes = this.packed.get(contact);
    if (!bytes) return;
    const reader = new PackedReader(bytes);
    while (!reader.isDone) yield { name: this.names[reader.smallint()]!, at: reader.instant() };
  }
}

/** Goes by an index that has all it needs, and by who is part of whom: a person has the events of all contacts that are part of them. */
export async function findInstants(
  database: Database,
  { contacts, reaches, now, enough, busy }: InstantsAsked,
): Promise<FoundInstants> {
  const names = [...reaches.keys()];
  const since = [...reaches.values()].map((reach) =>
    reach === undefined ? '-infinity' : toIso(now - reach),
  );
  const row = await database.transaction(async (tx) => {
    if (busy) await tx.query('SET LOCAL max_parallel_workers_per_gather = 0');
    const [found] = await tx.query<{ packed: string | null; last: ContactId | null; isCut: boolean | null }>(
      `WITH found AS (
         SELECT coalesce(survivor_id, event.contact_id) AS id, count(*) AS instants,
           string_agg(int2send((place - 1)::smallint) || timestamptz_send(at), ''::bytea) AS packed
         FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY AS asked (name, since, place)
         JOIN event ON rare AND event.name = asked.name AND at > asked.since
         LEFT JOIN lineage ON lineage.contact_id = event.contact_id
         WHERE coalesce(survivor_id, event.contact_id) = ANY($3::bigint[])
         GROUP BY 1
       ), counted AS (
         SELECT id, packed, sum(instants) OVER (ORDER BY id) - instants < $4::int AS taken FROM found
       )
       SELECT encode(string_agg(int8send(id) || int4send(octet_length(packed)) || packed, ''::bytea) FILTER (WHERE taken), 'base64') AS packed,
         max(id) FILTER (WHERE taken) AS last, bool_or(NOT taken) AS "isCut"
       FROM counted`,
      [names, since, bigintArray(contacts), enough],
    );
    return found!;
  });
  const packed = new Map<ContactId, Buffer>();
  const reader = PackedReader.ofBase64(row.packed);
  while (!reader.isDone) packed.set(reader.bigint(), reader.bytes());
  return new FoundInstants(names, packed, row.isCut ? row.last! : contacts.at(-1)!);
}
