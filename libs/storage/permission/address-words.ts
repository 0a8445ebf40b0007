import { EVERY_TOPIC } from '@entente/consent';
import { addressFeedback } from '@entente/feedback';
import { byContactId, type ContactId, type Instant } from '@entente/kernel';
import { lineagesOf, survivorsOf } from '../contact/contacts';
import { addressesOf } from '../contact/persons';
import type { Tx } from '../database/database';
import { bigintArray, booleanArray, byteaArray, instantArray } from '../database/binary-array';
import { tell, type Told } from '../outbox';

/** A person, and the address that it has now. */
interface Addressed {
  readonly contact: ContactId;
  /** Every contact of the person. */
  readonly lineage: readonly ContactId[];
  readonly addressHash: Buffer | undefined;
  readonly at: Instant;
  /** Whether what is told of it starts nothing. */
  readonly quiet: boolean;
}

/** The last that was told of a contact and a reason. */
interface Word {
  readonly contact: ContactId;
  readonly reason: string;
  readonly seq: number;
  readonly suppressed: boolean;
}

/**
 * Tells of each person for which reasons every marketing mail to its address is held back, and for which it no longer is, where that differs
 * from what was told last. The caller holds `lockWords` of the addresses that they have, and of those that they had before: so no
 * suppression and no change of an address is missed, whichever of the two is committed first.
 */
async function tellOfAddresses(tx: Tx, persons: readonly Addressed[]): Promise<void> {
  if (persons.length === 0) return;
  const [reasons, words] = await Promise.all([reasonsOf(tx, persons), wordsOf(tx, persons)]);
  if (reasons.size === 0 && words.size === 0) return;
  const news = persons.flatMap((person) => {
    const held = reasons.get(person.addressHash?.toString('hex') ?? '') ?? new Set();
    const said = lastWords(person.lineage.flatMap((contact) => words.get(contact) ?? []));
    return [...new Set([...held, ...said.keys()])].flatMap((reason): [Word, Addressed][] => {
      const last = said.get(reason);
      const suppressed = held.has(reason);
      if ((last?.suppressed ?? false) === suppressed) return [];
      return [[{ contact: person.contact, reason, seq: (last?.seq ?? 0) + 1, suppressed }, person]];
    });
  });
  await write(
    tx,
    news.map(([word]) => word),
  );
  await tell(
    tx,
    news.map(([word, { at, quiet }]): Told => ({ ...addressFeedback(word, at), reread: quiet })),
  );
}

/** An address that no mail goes to. */
interface Suppressed {
  readonly hash: Buffer;
  readonly at: Instant;
  readonly quiet: boolean;
}

/** Tells whoever has one of these addresses, after their suppressions were entered. */
export async function tellOfSuppressed(tx: Tx, addresses: readonly Suppressed[]): Promise<void> {
  if (addresses.length === 0) return;
  await lockWords(
    tx,
    addresses.map(({ hash }) => hash),
  );
  const found = await tx.query<{ contact: ContactId; hash: Buffer }>(
    `SELECT p.contact_id AS contact, p.email_hash AS hash FROM profile p
     WHERE p.email_hash = ANY($1::bytea[])
       AND NOT EXISTS (SELECT FROM lineage l WHERE l.contact_id = p.contact_id)
       AND NOT EXISTS (SELECT FROM contact c WHERE c.id = p.contact_id AND c.erased_at IS NOT NULL)
     ORDER BY p.contact_id`,
    [addresses.map(({ hash }) => hash)],
  );
  const lineages = await lineagesOf(
    tx,
    found.map(({ contact }) => contact),
  );
  const byHash = new Map<string, Suppressed>();
  for (const address of addresses) {
    const key = address.hash.toString('hex');
    if (byHash.get(key)?.quiet !== false) byHash.set(key, address);
  }
  await tellOfAddresses(
    tx,
    found.map(({ contact, hash }) => {
      const { at, quiet } = byHash.get(hash.toString('hex'))!;
      return { contact, lineage: lineages.get(contact)!, addressHash: hash, at, quiet };
    }),
  );
}

/** A contact that has another address than before, or that became part of somebody or parted. */
export interface AddressChange {
  readonly contact: ContactId;
  readonly before: Buffer | undefined;
  readonly at: Instant;
  /** Whether what is told of it starts nothing. */
  readonly quiet: boolean;
}

/** Has them told of by and by: whoever changes addresses waits for no one who suppresses one. Comes after their profiles are written. */
export async function noteAddressChanges(tx: Tx, changes: readonly AddressChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.prepared(
    `INSERT INTO address_change (contact_id, before, at, quiet)
     SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::timestamptz[], $4::boolean[])`,
    [
      bigintArray(changes.map(({ contact }) => contact)),
      byteaArray(changes.map(({ before }) => before ?? null)),
      instantArray(changes.map(({ at }) => at)),
      booleanArray(changes.map(({ quiet }) => quiet)),
    ],
  );
}

interface ChangeRow {
  readonly id: string;
  readonly contact: ContactId;
  readonly before: Buffer | null;
  readonly at: Date;
  readonly quiet: boolean;
}

const oldestChanges = (tx: Tx, limit: number): Promise<ChangeRow[]> =>
  tx.query<ChangeRow & Record<string, unknown>>(
    'SELECT id, contact_id AS contact, before, at, quiet FROM address_change ORDER BY id LIMIT $1',
    [limit],
  );

/** Whether somebody waits for `tellOfChanges`. */
export const isAddressChanged = async (tx: Tx): Promise<boolean> => (await oldestChanges(tx, 1)).length > 0;

/** Tells of so many changes, the oldest, by the addresses of today. */
export async function tellOfChanges(tx: Tx, limit: number): Promise<void> {
  const changes = await oldestChanges(tx, limit);
  const survivors = await survivorsOf(
    tx,
    changes.map(({ contact }) => contact),
  );
  const persons = [...new Set(survivors.values())];
  const [known, lineages] = [await addressesOf(tx, persons), await lineagesOf(tx, persons)];
  await lockWords(tx, [...changes.flatMap(({ before }) => before ?? []), ...known.values()]);
  // Whoever has another one since then has another change, which comes later.
  const addresses = await addressesOf(tx, persons);
  const last = new Map<ContactId, ChangeRow>();
  for (const change of changes) {
    const person = survivors.get(change.contact)!;
    const now = addresses.get(person);
    // What did not give the address they have now (a merge, a repair, a part of them) does not say whether it starts anything.
    const isGiven =
      change.contact === person &&
      !(now && change.before ? now.equals(change.before) : !now && !change.before);
    if (isGiven || !last.has(person)) last.set(person, change);
  }
  await tellOfAddresses(
    tx,
    (await notErased(tx, persons)).map((contact) => {
      const { at, quiet } = last.get(contact)!;
      const addressHash = addresses.get(contact);
      return { contact, lineage: lineages.get(contact)!, addressHash, at: at.getTime(), quiet };
    }),
  );
  await tx.run('DELETE FROM address_change WHERE id = ANY($1::bigint[])', [changes.map(({ id }) => id)]);
}

async function notErased(tx: Tx, contacts: readonly ContactId[]): Promise<ContactId[]> {
  const rows = await tx.query<{ id: ContactId }>(
    'SELECT id FROM contact WHERE id = ANY($1::bigint[]) AND erased_at IS NULL ORDER BY id',
    [contacts],
  );
  return rows.map(({ id }) => id);
}

/**
 * Held until the transaction ends by whoever tells of these addresses. It leaves nothing behind, as the lock of an address would which nobody
 * mailed or opted out; addresses that share a number wait for each other.
 */
const lockWords = async (tx: Tx, hashes: readonly Buffer[]): Promise<void> =>
  void (await tx.query(
    `SELECT pg_advisory_xact_lock(number)
     FROM (SELECT DISTINCT number FROM unnest($1::bigint[]) AS number ORDER BY number) AS numbers`,
    [hashes.map((hash) => String(hash.readBigInt64BE()))],
  ));

/** By address, in hexadecimal, the reasons for which no mail of any topic goes there. */
async function reasonsOf(tx: Tx, persons: readonly Addressed[]): Promise<Map<string, Set<string>>> {
  const hashes = persons.flatMap(({ addressHash }) => addressHash ?? []);
  const rows = await tx.prepared<{ hash: Buffer; reason: string }>(
    `SELECT address_hash AS hash, reason FROM suppression
     WHERE address_hash = ANY($1::bytea[]) AND topic = '${EVERY_TOPIC}' AND lifted_at IS NULL`,
    [byteaArray(hashes)],
  );
  const reasons = new Map<string, Set<string>>();
  for (const { hash, reason } of rows) {
    const key = hash.toString('hex');
    reasons.set(key, (reasons.get(key) ?? new Set()).add(reason));
  }
  return reasons;
}

async function wordsOf(tx: Tx, persons: readonly Addressed[]): Promise<Map<ContactId, Word[]>> {
  const rows = await tx.prepared<Word & Record<string, unknown>>(
    'SELECT contact_id AS contact, reason, seq, suppressed FROM address_word WHERE contact_id = ANY($1::bigint[])',
    [bigintArray(persons.flatMap(({ lineage }) => lineage))],
  );
  const words = new Map<ContactId, Word[]>();
  for (const row of rows) words.set(row.contact, [...(words.get(row.contact) ?? []), row]);
  return words;
}

/** The last word on each reason, in the order that rules go by. */
function lastWords(words: readonly Word[]): Map<string, Word> {
  const last = new Map<string, Word>();
  for (const word of words) {
    const before = last.get(word.reason);
    const order = before ? word.seq - before.seq || byContactId(word.contact, before.contact) : 1;
    if (order > 0) last.set(word.reason, word);
  }
  return last;
}

async function write(tx: Tx, words: readonly Word[]): Promise<void> {
  if (words.length === 0) return;
  await tx.run(
    `INSERT INTO address_word (contact_id, reason, seq, suppressed)
     SELECT contact, reason, seq, suppressed
     FROM json_to_recordset($1::json) AS w (contact bigint, reason text, seq integer, suppressed boolean)
     ON CONFLICT (contact_id, reason) DO UPDATE SET seq = excluded.seq, suppressed = excluded.suppressed`,
    [JSON.stringify(words)],
  );
}
