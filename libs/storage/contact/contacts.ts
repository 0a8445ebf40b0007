import type { IdentityKey } from '@entente/event';
import { byContactId, type ContactId } from '@entente/kernel';
import { bigintArray, textArray } from '../database/binary-array';
import type { Database, Tx } from '../database/database';

/** `id:17` names contact 17 itself; every other key is looked up. */
const contactNamed = (key: IdentityKey): ContactId | undefined => /^id:([1-9]\d{0,17})$/.exec(key)?.[1];

interface IdentityRow {
  key: IdentityKey;
  contact_id: ContactId;
}

/** The contact each key first resolved to, for good; keys nobody has used are absent. */
export async function firstContacts(
  tx: Tx,
  keys: readonly IdentityKey[],
): Promise<Map<IdentityKey, ContactId>> {
  const found = new Map<IdentityKey, ContactId>();
  const others: IdentityKey[] = [];
  for (const key of keys) {
    const id = contactNamed(key);
    if (id) found.set(key, id);
    else others.push(key);
  }
  if (others.length === 0) return found;
  const rows = await tx.prepared<IdentityRow>(
    'SELECT key, contact_id FROM identity WHERE key = ANY($1::text[])',
    [textArray(others)],
  );
  for (const row of rows) found.set(row.key, row.contact_id);
  return found;
}

/**
 * The contact each key first resolved to, with unknown keys given a new contact. Commits by itself, in statements of their own:
 * one would not see a row that another transaction has just inserted.
 */
export async function resolveKeys(
  database: Database,
  keys: readonly IdentityKey[],
): Promise<Map<IdentityKey, ContactId>> {
  if (keys.length === 0) return new Map();
  const found = await firstContacts(database, keys);
  const unknown = [...new Set(keys)].filter((key) => !found.has(key) && !key.startsWith('id:')).sort();
  if (unknown.length === 0) return found;
  const inserted = await database.prepared<IdentityRow>(
    `INSERT INTO identity (key, contact_id)
     SELECT key, nextval('contact_id_seq') FROM unnest($1::text[]) WITH ORDINALITY AS given (key, n) ORDER BY n
     ON CONFLICT DO NOTHING RETURNING key, contact_id`,
    [textArray(unknown)],
  );
  for (const row of inserted) found.set(row.key, row.contact_id);
  const insertedElsewhere = unknown.filter((key) => !found.has(key));
  for (const [key, contact] of await firstContacts(database, insertedElsewhere)) found.set(key, contact);
  return found;
}

/** A key, the contact it first resolved to, and whether that is stored yet. */
export interface ResolvedKey {
  readonly key: IdentityKey;
  readonly contact: ContactId;
  readonly stored: boolean;
}

/** The keys of the latest contacts before one, or of all, the latest first; the last may have more. */
export const keysBefore = (tx: Tx, before: ContactId | undefined, limit: number): Promise<ResolvedKey[]> =>
  tx.query<ResolvedKey & Record<string, unknown>>(
    `SELECT latest.key, latest.contact_id AS contact, contact.id IS NOT NULL AS stored
     FROM (SELECT key, contact_id FROM identity WHERE contact_id < $1 ORDER BY contact_id DESC LIMIT $2) AS latest
     LEFT JOIN contact ON contact.id = latest.contact_id ORDER BY latest.contact_id DESC`,
    [before ?? '9223372036854775807', limit],
  );

/** Who each contact is part of today: the survivor of its merges, or itself. */
export async function survivorsOf(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, ContactId>> {
  const others = await otherSurvivorsOf(tx, contacts);
  return new Map(contacts.map((contact) => [contact, others.get(contact) ?? contact]));
}

/** The same of those alone who are part of somebody else. */
export async function otherSurvivorsOf(
  tx: Tx,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, ContactId>> {
  if (contacts.length === 0) return new Map();
  const rows = await tx.prepared<{ contact_id: ContactId; survivor_id: ContactId }>(
    'SELECT contact_id, survivor_id FROM lineage WHERE contact_id = ANY($1::bigint[])',
    [bigintArray(contacts)],
  );
  return new Map(rows.map((row) => [row.contact_id, row.survivor_id]));
}

/** Every contact whose rows belong to each survivor, the survivor first. */
export async function lineagesOf(
  tx: Tx,
  survivors: readonly ContactId[],
): Promise<Map<ContactId, ContactId[]>> {
  const longer = await longerLineagesOf(tx, survivors);
  return new Map(survivors.map((survivor) => [survivor, longer.get(survivor) ?? [survivor]]));
}

/** The same of those alone of whom others are part. */
export async function longerLineagesOf(
  tx: Tx,
  survivors: readonly ContactId[],
): Promise<Map<ContactId, ContactId[]>> {
  const lineages = new Map<ContactId, ContactId[]>();
  if (survivors.length === 0) return lineages;
  const rows = await tx.prepared<{ contact_id: ContactId; survivor_id: ContactId }>(
    'SELECT contact_id, survivor_id FROM lineage WHERE survivor_id = ANY($1::bigint[])',
    [bigintArray(survivors)],
  );
  // Sorted here: asked for in this order, PostgreSQL may read the whole table by its key.
  rows.sort((a, b) => byContactId(a.contact_id, b.contact_id));
  for (const row of rows) {
    const lineage = lineages.get(row.survivor_id);
    if (lineage) lineage.push(row.contact_id);
    else lineages.set(row.survivor_id, [row.survivor_id, row.contact_id]);
  }
  return lineages;
}

/** Every contact whose rows belong to this survivor, itself first. */
export async function lineageOf(tx: Tx, survivor: ContactId): Promise<ContactId[]> {
  return (await lineagesOf(tx, [survivor])).get(survivor) ?? [survivor];
}

/** The person a key points to today, or undefined when no such key, or no such contact, exists. */
export async function findContact(tx: Tx, key: IdentityKey): Promise<ContactId | undefined> {
  const first = (await firstContacts(tx, [key])).get(key);
  if (!first) return undefined;
  const survivor = (await survivorsOf(tx, [first])).get(first) ?? first;
  if (!key.startsWith('id:')) return survivor;
  const rows = await tx.query('SELECT 1 FROM contact WHERE id = $1', [survivor]);
  return rows.length > 0 ? survivor : undefined;
}
