import type { IdentityKey } from '@entente/event';
import { Conflict, type ContactId, type Instant, NotFound } from '@entente/kernel';
import {
  changeMembers,
  type Database,
  deleteList,
  firstContacts,
  lockAuthored,
  type MemberChange,
  publish,
  storedContacts,
  survivorsOf,
  type Tx,
  usersOf,
} from '@entente/storage';
import { identityKey } from '../contacts/contact-reference';
import { found } from '../http/authored';
import type { Precondition } from '../http/precondition';
import type { MemberProblem, MembersAnswer, MembersBody } from './list-body';

interface Asked {
  readonly path: string;
  readonly key: IdentityKey | undefined;
  readonly joined: boolean;
}

/** Puts contacts on a list and takes others off it; those that cannot be found are told one by one and hold nobody up. */
export function changeList(
  database: Database,
  list: string,
  { add, remove }: MembersBody,
  now: Instant,
): Promise<MembersAnswer> {
  const asked = [...asking('add', add, true), ...asking('remove', remove, false)];
  return database.transaction(async (tx) => {
    found(await lockAuthored(tx, 'list', list), 'list', list);
    const known = await contactsOf(
      tx,
      asked.flatMap(({ key }) => key ?? []),
    );
    const changes = asked.flatMap(({ key, joined }): MemberChange[] =>
      key !== undefined && known.has(key) ? [{ contact: known.get(key)!, joined }] : [],
    );
    const changed = await changeMembers(tx, list, changes, now);
    const joined = changed.filter((change) => change.joined).length;
    return {
      joined,
      left: changed.length - joined,
      unchanged: changes.length - changed.length,
      problems: asked.flatMap((one) => problemOf(one, known)),
    };
  });
}

const asking = (field: string, references: readonly string[], joined: boolean): Asked[] =>
  references.map((reference, index) => ({ path: `${field}[${index}]`, key: identityKey(reference), joined }));

/** The contacts that exist, by the identity that names them. */
async function contactsOf(tx: Tx, keys: readonly IdentityKey[]): Promise<Map<IdentityKey, ContactId>> {
  const named = await firstContacts(tx, [...new Set(keys)]);
  const numbers = [...named].filter(([key]) => key.startsWith('id:')).map(([, contact]) => contact);
  const survivors = await survivorsOf(tx, numbers);
  const stored = await storedContacts(tx, [...survivors.values()]);
  return new Map(
    [...named].filter(([key, contact]) => !key.startsWith('id:') || stored.has(survivors.get(contact)!)),
  );
}

function problemOf({ path, key }: Asked, known: ReadonlyMap<IdentityKey, ContactId>): MemberProblem[] {
  if (key === undefined)
    return [
      {
        path,
        code: 'identity',
        message: 'This is not an identity.',
        expected: 'email:ana@example.com, user:42 or crm:17',
      },
    ];
  if (known.has(key)) return [];
  return [
    {
      path,
      code: 'unknown-contact',
      message: 'There is no such contact.',
      expected: 'a contact that exists',
    },
  ];
}

/** Deletes a list that nothing names; an engine takes off whoever is on it. */
export const removeList = (database: Database, key: string, ifMatch: Precondition): Promise<void> =>
  database.transaction(async (tx) => {
    await publish(tx);
    await checkDeletable(tx, key, ifMatch);
    await deleteList(tx, key);
  });

async function checkDeletable(tx: Tx, key: string, ifMatch: Precondition): Promise<void> {
  const revision = await lockAuthored(tx, 'list', key);
  if (revision === undefined) throw new NotFound(`There is no list ${key}.`);
  ifMatch(revision);
  const users = await usersOf(tx, 'list', key);
  if (users.length) throw new Conflict(`The list ${key} is used by ${users.slice(0, 10).join(', ')}.`);
}
