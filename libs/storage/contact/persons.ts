import { toIso, type ContactId, type Instant, type Json } from '@entente/kernel';
import type { SourcedTraits } from '@entente/profile';
import type { Tx } from '../database/database';

/** What is stored of one contact that is evaluated: its own row, its profile and its timer. */
export interface PersonRow {
  readonly id: ContactId;
  /** 0: never evaluated. */
  readonly version: number;
  readonly createdAt: Instant;
  readonly clock: Instant;
  readonly generation: string;
  readonly state: Json;
  readonly repair: string | null;
  readonly erased: boolean;
  readonly traits: SourcedTraits;
  readonly email: string | null;
  readonly due: Instant | undefined;
}

/** Inserts the rows of contacts that have none yet. */
export async function ensureContacts(tx: Tx, arrivals: ReadonlyMap<ContactId, Instant>): Promise<void> {
  if (arrivals.size === 0) return;
  const rows = [...arrivals].map(([id, arrival]) => ({ id, at: toIso(arrival) }));
  await tx.run(
    `INSERT INTO contact (id, created_at, clock)
     SELECT id, at, at FROM json_to_recordset($1::json) AS c (id bigint, at timestamptz) ORDER BY id
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** Locks these contacts in the order of their ids. */
export async function lockContacts(tx: Tx, contacts: readonly ContactId[]): Promise<void> {
  if (contacts.length === 0) return;
  await tx.run('SELECT 1 FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE', [
    contacts,
  ]);
}

interface Row {
  id: ContactId;
  version: number;
  created_at: Date;
  clock: Date;
  generation: string;
  state: Json;
  repair: string | null;
  erased_at: Date | null;
  traits: SourcedTraits | null;
  email: string | null;
  due: Date | null;
}

/** Loads contacts that the transaction has locked. */
export async function loadPersons(tx: Tx, contacts: readonly ContactId[]): Promise<PersonRow[]> {
  if (contacts.length === 0) return [];
  const rows = await tx.query<Row>(
    `SELECT id, version, created_at, clock, generation, state, repair, erased_at, traits, email, due
     FROM contact
     LEFT JOIN profile ON profile.contact_id = contact.id
     LEFT JOIN timer ON timer.contact_id = contact.id
     WHERE contact.id = ANY($1::bigint[])`,
    [contacts],
  );
  return rows.map((row) => ({
    id: row.id,
    version: row.version,
    createdAt: row.created_at.getTime(),
    clock: row.clock.getTime(),
    generation: row.generation,
    state: row.state,
    repair: row.repair,
    erased: row.erased_at !== null,
    traits: row.traits ?? {},
    email: row.email,
    due: row.due?.getTime(),
  }));
}

/** What a batch writes back of a contact. */
export interface PersonUpdate {
  readonly id: ContactId;
  readonly clock: Instant;
  readonly generation: string;
  readonly state: Json;
  readonly repair: string | null;
}

export async function updatePersons(tx: Tx, updates: readonly PersonUpdate[]): Promise<void> {
  if (updates.length === 0) return;
  await tx.run(
    `UPDATE contact
     SET version = contact.version + 1, clock = u.clock, generation = u.generation, state = u.state, repair = u.repair,
       repair_tries = 0, repair_after = NULL
     FROM json_to_recordset($1::json) AS u (id bigint, clock timestamptz, generation bigint, state jsonb, repair text)
     WHERE contact.id = u.id`,
    [JSON.stringify(updates.map((update) => ({ ...update, clock: toIso(update.clock) })))],
  );
}

/** Remembers why contacts must be evaluated again from their history; nobody else waits for them. */
export async function markForRepair(
  tx: Tx,
  broken: readonly { readonly id: ContactId; readonly repair: string | null }[],
): Promise<void> {
  if (broken.length === 0) return;
  await tx.run(
    `UPDATE contact SET repair = b.repair FROM unnest($1::bigint[], $2::text[]) AS b (id, repair) WHERE contact.id = b.id`,
    [broken.map((one) => one.id), broken.map((one) => one.repair)],
  );
}

/** Which of these contacts have been seen before. */
export async function storedContacts(tx: Tx, contacts: readonly ContactId[]): Promise<Set<ContactId>> {
  const rows = await tx.query<{ id: ContactId }>('SELECT id FROM contact WHERE id = ANY($1::bigint[])', [
    [...new Set(contacts)],
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
  const rows = updates.map((update) => ({
    contact_id: update.contact,
    traits: update.traits,
    email: update.email,
    email_hash: update.emailHash?.toString('hex') ?? null,
  }));
  await tx.run(
    `INSERT INTO profile (contact_id, traits, email, email_hash)
     SELECT contact_id, traits, email, decode(email_hash, 'hex')
     FROM json_to_recordset($1::json)
       AS p (contact_id bigint, traits jsonb, email text, email_hash text)
     ON CONFLICT (contact_id) DO UPDATE
     SET traits = excluded.traits, email = excluded.email, email_hash = excluded.email_hash`,
    [JSON.stringify(rows)],
  );
}

/** The traits of one contact as sources set them, for readers that hold no lock. */
export async function traitsOf(tx: Tx, contact: ContactId): Promise<SourcedTraits> {
  const rows = await tx.query<{ traits: SourcedTraits }>('SELECT traits FROM profile WHERE contact_id = $1', [
    contact,
  ]);
  return rows[0]?.traits ?? {};
}
