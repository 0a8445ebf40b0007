import { toIso, type ContactId, type Duration, type Instant } from '@entente/kernel';
import { bigintArray } from '../database/binary-array';
import type { Database } from '../database/database';
import { PackedReader } from '../database/packed-reader';

export interface InstantsAsked {
  readonly contacts: readonly ContactId[];
  /** None of them common. With each, how long before `now` an event may be; undefined: however long. */
  readonly reaches: ReadonlyMap<string, Duration | undefined>;
  readonly now: Instant;
}

/** When events of some names happened, by person. */
export class FoundInstants {
  constructor(
    private readonly names: readonly string[],
    private readonly packed: ReadonlyMap<ContactId, Buffer>,
  ) {}

  /** In no particular order. */
  *of(contact: ContactId): Generator<{ readonly name: string; readonly at: Instant }> {
    const bytes = this.packed.get(contact);
    if (!bytes) return;
    const reader = new PackedReader(bytes);
    while (!reader.isDone) yield { name: this.names[reader.smallint()]!, at: reader.instant() };
  }
}

/** Reads nothing but an index: a person has the events of all contacts that are part of them. */
export async function findInstants(
  database: Database,
  { contacts, reaches, now }: InstantsAsked,
): Promise<FoundInstants> {
  const names = [...reaches.keys()];
  const since = [...reaches.values()].map((reach) =>
    reach === undefined ? '-infinity' : toIso(now - reach),
  );
  const [row] = await database.query<{ packed: Buffer | null }>(
    `SELECT string_agg(int8send(id) || int4send(octet_length(instants)) || instants, ''::bytea) AS packed FROM (
       SELECT coalesce(survivor_id, event.contact_id) AS id,
         string_agg(int2send((place - 1)::smallint) || timestamptz_send(at), ''::bytea) AS instants
       FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY AS asked (name, since, place)
       JOIN event ON rare AND event.name = asked.name AND at > asked.since
       LEFT JOIN lineage ON lineage.contact_id = event.contact_id
       WHERE coalesce(survivor_id, event.contact_id) = ANY($3::bigint[])
       GROUP BY 1) AS found`,
    [names, since, bigintArray(contacts)],
  );
  const packed = new Map<ContactId, Buffer>();
  const reader = new PackedReader(row!.packed ?? Buffer.alloc(0));
  while (!reader.isDone) packed.set(reader.bigint(), reader.bytes());
  return new FoundInstants(names, packed);
}
