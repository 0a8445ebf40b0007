import { anonymousKey, checkIdentity, emailKey, type IdentityKey, phoneKey, userKey } from '@entente/event';
import { type ContactId, Invalid, NotFound } from '@entente/kernel';
import { type Database, findContact, type Tx } from '@entente/storage';
import type { Access } from '../access/access';

const EXPECTED = 'email:ana@example.com, user:42, crm:17, anonymous:… or id:1';
const OTHER_KIND = /^[a-z][a-z0-9_-]{0,30}$/;

/** How each kind of identity reads its value; undefined where the value cannot be one. */
const kinds: Record<string, (value: string) => IdentityKey | undefined> = {
  id: (value) => (/^[1-9]\d{0,17}$/.test(value) ? `id:${value}` : undefined),
  email: emailKey,
  phone: phoneKey,
  user: (value) => named(value, userKey),
  anonymous: (value) => named(value, anonymousKey),
};

function named(value: string, key: (id: string) => IdentityKey): IdentityKey | undefined {
  const checked = checkIdentity(value);
  return 'id' in checked ? key(checked.id) : undefined;
}

/** The identity key that a reference such as `email:Ana@Example.com` names, in its one spelling. */
export function identityKey(reference: string): IdentityKey | undefined {
  const colon = reference.indexOf(':');
  const [kind, value] = [reference.slice(0, Math.max(colon, 0)), reference.slice(colon + 1)];
  const known = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (known) return known(value);
  return OTHER_KIND.test(kind) ? named(value, (id) => `${kind}:${id}`) : undefined;
}

/** The identity key of somebody who may be new; 422 when the reference names nobody. */
export function newIdentityKey(reference: string, path = 'contact'): IdentityKey {
  const key = identityKey(reference);
  if (key) return key;
  throw Invalid.at(path, 'identity', `"${reference.slice(0, 100)}" is not an identity.`, EXPECTED);
}

/** The contact that a reference points to today, put into the audit log by its number. Throws `NotFound`. */
export async function contactOf(
  database: Database | Tx,
  reference: string,
  access?: Access,
): Promise<ContactId> {
  const key = identityKey(reference);
  if (!key) throw new NotFound(`This is not an identity. Contacts are addressed as ${EXPECTED}.`);
  const contact = await findContact(database, key);
  if (contact === undefined) throw new NotFound('There is no such contact.');
  if (access) auditContact(access, contact);
  return contact;
}

/** Says in the audit log who a call was about. */
export function auditContact(access: Access, contact: ContactId): void {
  access.target = access.target.replace('contacts/…', `contacts/id:${contact}`);
}
