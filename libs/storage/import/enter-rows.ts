import type { IdentityKey } from '@entente/event';
import type { ContactId, Instant, Uuid } from '@entente/kernel';
import { firstContacts } from '../contact/contacts';
import type { Tx } from '../database/database';
import type { PermissionRequest, Recorded } from '../permission/permission-requests';
import { recordPermissions } from '../permission/permissions';
import type { ImportPlan } from './plan';
import type { ImportRow, RowPermission } from './read-row';

/** What applying rows needs to know of their import. */
export interface Import {
  readonly id: Uuid;
  readonly source: number;
  readonly plan: ImportPlan;
  readonly createdAt: Instant;
  /** Records of the file, under its header. */
  readonly records: number;
}

/** A permission of a row and what became of it. */
export interface EnteredPermission {
  readonly permission: RowPermission;
  readonly recorded: Recorded;
}

export interface EnteredRows {
  readonly contacts: ReadonlyMap<IdentityKey, ContactId>;
  /** The keys that nobody had used. */
  readonly created: Set<IdentityKey>;
  readonly permissions: ReadonlyMap<ImportRow, readonly EnteredPermission[]>;
}

/** Enters who the rows are about and the permissions that they give and take. */
export async function enterRows(
  tx: Tx,
  job: Import,
  rows: readonly ImportRow[],
  now: Instant,
): Promise<EnteredRows> {
  const created = await enterKeys(
    tx,
    rows.filter(({ refused }) => !refused).flatMap(({ keys }) => keys),
  );
  const contacts = await firstContacts(tx, [...new Set(rows.flatMap(({ keys }) => keys))]);
  return { contacts, created, permissions: await recordAll(tx, job, rows, contacts, now) };
}

/**
 * Gives each key that nobody has used a new contact, and says which keys those were. In the caller's transaction, so that who is
 * new is known exactly; contacts are read in another statement, so that a row which another transaction has just inserted is seen.
 */
export async function enterKeys(tx: Tx, keys: readonly IdentityKey[]): Promise<Set<IdentityKey>> {
  const inserted = await tx.query<{ key: IdentityKey }>(
    `INSERT INTO identity (key, contact_id)
     SELECT key, nextval('contact_id_seq') FROM unnest($1::text[]) WITH ORDINALITY AS given (key, n) ORDER BY n
     ON CONFLICT DO NOTHING RETURNING key`,
    [[...new Set(keys)].sort()],
  );
  return new Set(inserted.map(({ key }) => key));
}

/** The key that says whom a row is about: of a refused row the strongest that is known. */
export const keyOf = (
  { keys }: ImportRow,
  contacts: ReadonlyMap<IdentityKey, ContactId>,
): IdentityKey | undefined => keys.find((key) => contacts.has(key));

async function recordAll(
  tx: Tx,
  job: Import,
  rows: readonly ImportRow[],
  contacts: ReadonlyMap<IdentityKey, ContactId>,
  now: Instant,
): Promise<Map<ImportRow, EnteredPermission[]>> {
  const asked = rows.flatMap((row) => {
    const key = keyOf(row, contacts);
    return key ? row.permissions.map((permission) => ({ row, permission, contact: contacts.get(key)! })) : [];
  });
  const answers = await recordPermissions(
    tx,
    asked.map(({ row, permission, contact }) => requestOf(job, row, permission, contact, now)),
  );
  const entered = new Map<ImportRow, EnteredPermission[]>();
  for (const [index, { row, permission }] of asked.entries())
    entered.set(row, [...(entered.get(row) ?? []), { permission, recorded: answers[index]! }]);
  return entered;
}

/** What an import asks to have entered for a permission of a row. */
export const requestOf = (
  { id, source, plan }: Import,
  { address }: Pick<ImportRow, 'address'>,
  { plan: { topic, act, basis }, claimedAt, evidence }: RowPermission,
  contact: ContactId,
  now: Instant,
): PermissionRequest => ({
  contact,
  topic,
  act,
  basis,
  actor: 'import',
  way: 'import',
  source,
  at: now,
  evidence: { import: id, ...evidence },
  ...(address && { address }),
  ...(claimedAt !== undefined && { claimedAt }),
  ...(plan.effects === 'campaigns' && { effects: true }),
});
