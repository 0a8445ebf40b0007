import type { ContactId, Instant } from '@entente/kernel';
import type { SourcedTraits } from '@entente/profile';
import {
  bigintArray,
  byteaArray,
  instantArray,
  jsonbArray,
  textArray,
  tidArray,
  type Place,
} from '../database/binary-array';
import type { Tx } from '../database/database';
import type { Generation } from '../database/definitions';
import { PackedReader } from '../database/packed-reader';

/** What is stored of one contact that is evaluated: its own row and its profile. */
export interface PersonRow {
  readonly id: ContactId;
  /** Where its row is, for `updatePersons`: there it stays while it is locked, until it is written. */
  readonly place: Place;
  /** 0: never evaluated. */
  readonly version: number;
  readonly clock: Instant;
  /** When the first record that named it arrived. */
  readonly createdAt: Instant;
  readonly generation: Generation;
  /** As `encodeState` of the segment lib writes it. */
  readonly state: Buffer;
  /** The segment versions this contact is in; some may not be kept any more. */
  readonly members: readonly number[];
  readonly repair: string | null;
  readonly erased: boolean;
  readonly traits: SourcedTraits;
  /** When its timer is due. */
  readonly due: Instant | undefined;
}

/** Inserts the rows of contacts that have none yet. */
export async function ensureContacts(tx: Tx, arrivals: ReadonlyMap<ContactId, Instant>): Promise<void> {
  if (arrivals.size === 0) return;
  await tx.prepared(
    `INSERT INTO contact (id, created_at, clock)
     SELECT id, at, at FROM unnest($1::bigint[], $2::timestamptz[]) AS c (id, at) ORDER BY id
     ON CONFLICT DO NOTHING`,
    [bigintArray([...arrivals.keys()]), instantArray([...arrivals.values()])],
  );
}

/** Locks these contacts in the order of their ids. */
export async function lockContacts(tx: Tx, contacts: readonly ContactId[]): Promise<void> {
  if (contacts.length === 0) return;
  await tx.prepared('SELECT 1 FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE', [
    bigintArray(contacts),
  ]);
}

/** Contacts one behind the other, as `unpack` reads them. */
interface PackedContacts {
  /** In base64. */
  readonly contacts: string | null;
  /** Why contacts are to be repaired, of the few that are. */
  readonly repairs: Readonly<Record<ContactId, string>> | null;
  readonly erased: readonly ContactId[] | null;
}

/**
 * Locks these contacts in the order of their ids, and loads them. Profiles are read by a statement of their own behind that: one that
 * waits for a lock sees of other tables only what was committed before it began to wait.
 */
export async function lockPersons(tx: Tx, contacts: readonly ContactId[]): Promise<PersonRow[]> {
  if (contacts.length === 0) return [];
  const ids = bigintArray(contacts);
  const [[packed], profiles] = await Promise.all([
    tx.prepared<PackedContacts & Record<string, unknown>>(
      `SELECT encode(string_agg(
         int8send(id) || tidsend(place) || int4send(version) || timestamptz_send(clock) || timestamptz_send(created_at)
           || int8send(generation) || timestamptz_send(coalesce(due, 'infinity')) || int4send(octet_length(state)) || state || array_send(members),
         ''::bytea), 'base64') AS contacts,
         jsonb_object_agg(id, repair) FILTER (WHERE repair IS NOT NULL) AS repairs,
         jsonb_agg(id::text) FILTER (WHERE erased_at IS NOT NULL) AS erased
       FROM (SELECT id, ctid AS place, version, clock, created_at, generation, due, state, members, repair, erased_at
             FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE) AS locked`,
      [ids],
    ),
    tx.prepared<{ id: ContactId; traits: SourcedTraits }>(
      'SELECT contact_id AS id, traits FROM profile WHERE contact_id = ANY($1::bigint[])',
      [ids],
    ),
  ]);
  const traits = new Map(profiles.map((profile) => [profile.id, profile.traits]));
  return unpack(packed!, traits);
}

function unpack(
  { contacts, repairs, erased }: PackedContacts,
  traits: ReadonlyMap<ContactId, SourcedTraits>,
): PersonRow[] {
  const rows: PersonRow[] = [];
  const packed = PackedReader.ofBase64(contacts);
  while (!packed.isDone) {
    const id = packed.bigint();
    rows.push({
      id,
      place: packed.place(),
      version: packed.integer(),
      clock: packed.instant(),
      createdAt: packed.instant(),
      generation: packed.wholeNumber(),
      due: packed.instantIfAny(),
      state: packed.bytes(),
      members: packed.integers(),
      repair: repairs?.[id] ?? null,
      erased: erased?.includes(id) ?? false,
      traits: traits.get(id) ?? {},
    });
  }
  return rows;
}

/** What a batch writes back of a contact. */
export interface PersonUpdate {
  readonly id: ContactId;
  readonly place: Place;
  readonly clock: Instant;
  readonly generation: Generation;
  readonly state: Buffer;
  /** Null: as they were. */
  readonly members: Iterable<number> | null;
  readonly due: Instant | undefined;
}

/**
 * Writes back contacts that were evaluated, once each: nothing about them is left to repair. `lockPersons` has locked them in this
 * transaction, and nothing else has written their rows since.
 */
export async function updatePersons(tx: Tx, updates: readonly PersonUpdate[]): Promise<void> {
  if (updates.length === 0) return;
  const updated = await tx.runPrepared(
    // Joined by its place alone, for joined by its key the whole table may be read. Another contact's version would be null, which is refused.
    `UPDATE contact
     SET version = CASE contact.id WHEN u.id THEN contact.version + 1 END, clock = u.clock, generation = u.generation, state = u.state,
       members = coalesce(u.members::int[], contact.members), due = u.due, repair = NULL, repair_tries = 0, repair_after = NULL
     FROM unnest($1::bigint[], $2::tid[], $3::timestamptz[], $4::bigint[], $5::bytea[], $6::text[], $7::timestamptz[])
       AS u (id, place, clock, generation, state, members, due)
     WHERE contact.ctid = u.place`,
    [
      bigintArray(updates.map(({ id }) => id)),
      tidArray(updates.map(({ place }) => place)),
      instantArray(updates.map(({ clock }) => clock)),
      bigintArray(updates.map(({ generation }) => generation)),
      byteaArray(updates.map(({ state }) => state)),
      textArray(updates.map(({ members }) => members && `{${[...members].join()}}`)),
      instantArray(updates.map(({ due }) => due ?? null)),
    ],
  );
  if (updated !== updates.length) throw new Error('contacts that were locked are not where they were');
}

/** Remembers why contacts must be evaluated again from their history; nobody else waits for them. */
export async function markForRepair(
  tx: Tx,
  broken: readonly { readonly id: ContactId; readonly repair: string | null }[],
): Promise<void> {
  if (broken.length === 0) return;
  await tx.prepared(
    `UPDATE contact SET repair = b.repair FROM unnest($1::bigint[], $2::text[]) AS b (id, repair) WHERE contact.id = b.id`,
    [bigintArray(broken.map((one) => one.id)), textArray(broken.map((one) => one.repair))],
  );
}

/** When the first record that named each of these contacts arrived. */
export async function createdAtOf(tx: Tx, contacts: readonly ContactId[]): Promise<Map<ContactId, Instant>> {
  if (contacts.length === 0) return new Map();
  const rows = await tx.prepared<{ id: ContactId; at: Date }>(
    'SELECT id, created_at AS at FROM contact WHERE id = ANY($1::bigint[])',
    [bigintArray(contacts)],
  );
  return new Map(rows.map(({ id, at }) => [id, at.getTime()]));
}

/** Which of these contacts have been seen before. */
export async function storedContacts(tx: Tx, contacts: readonly ContactId[]): Promise<Set<ContactId>> {
  if (contacts.length === 0) return new Set();
  const rows = await tx.prepared<{ id: ContactId }>('SELECT id FROM contact WHERE id = ANY($1::bigint[])', [
    bigintArray([...new Set(contacts)]),
  ]);
  return new Set(rows.map((row) => row.id));
}

/** A profile as it is written: the traits per source, and what is read of them often. */
export interface ProfileUpdate {
  readonly contact: ContactId;
  readonly traits: SourcedTraits;
  readonly email: string | null;
  readonly emailHash: Buffer | null;
}

export async function upsertProfiles(tx: Tx, updates: readonly ProfileUpdate[]): Promise<void> {
  if (updates.length === 0) return;
  await tx.prepared(
    `INSERT INTO profile (contact_id, traits, email, email_hash)
     SELECT * FROM unnest($1::bigint[], $2::jsonb[], $3::text[], $4::bytea[])
     ON CONFLICT (contact_id) DO UPDATE
     SET traits = excluded.traits, email = excluded.email, email_hash = excluded.email_hash`,
    [
      bigintArray(updates.map(({ contact }) => contact)),
      jsonbArray(updates.map(({ traits }) => JSON.stringify(traits))),
      textArray(updates.map(({ email }) => email)),
      byteaArray(updates.map(({ emailHash }) => emailHash)),
    ],
  );
}

/** The keyed hashes of the addresses that these contacts have, of those that have one; the caller holds them. */
export async function addressesOf(tx: Tx, contacts: readonly ContactId[]): Promise<Map<ContactId, Buffer>> {
  if (contacts.length === 0) return new Map();
  const rows = await tx.prepared<{ id: ContactId; hash: Buffer }>(
    `SELECT contact_id AS id, email_hash AS hash FROM profile
     WHERE contact_id = ANY($1::bigint[]) AND email_hash IS NOT NULL`,
    [bigintArray(contacts)],
  );
  return new Map(rows.map((row) => [row.id, row.hash]));
}

/** The traits of those of these contacts that have one of these, for readers that hold no lock. */
export async function profilesWith(
  tx: Tx,
  contacts: readonly ContactId[],
  traits: readonly string[],
): Promise<Map<ContactId, SourcedTraits>> {
  if (contacts.length === 0 || traits.length === 0) return new Map();
  const rows = await tx.prepared<{ id: ContactId; traits: SourcedTraits }>(
    'SELECT contact_id AS id, traits FROM profile WHERE contact_id = ANY($1::bigint[]) AND traits ?| $2::text[]',
    [bigintArray(contacts), textArray(traits)],
  );
  return new Map(rows.map((row) => [row.id, row.traits]));
}

/** The traits of one contact as sources set them, for readers that hold no lock. */
export async function traitsOf(tx: Tx, contact: ContactId): Promise<SourcedTraits> {
  const rows = await tx.query<{ traits: SourcedTraits }>('SELECT traits FROM profile WHERE contact_id = $1', [
    contact,
  ]);
  return rows[0]?.traits ?? {};
}
