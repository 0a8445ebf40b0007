import type { ContactId } from '@entente/kernel';
import { addressesOf, lockAddresses, tellOfAddresses, type ProfileUpdate, type Tx } from '@entente/storage';
import type { Person } from './person';

/** Whether somebody may have another address than before, or other things told of it. */
const isAsked = (person: Person): boolean => person.traitsChanged || isOther(person);
const isOther = ({ regroupedAt, wasBroken }: Person): boolean => regroupedAt !== undefined || wasBroken;

/** The addresses that are stored of those who may have another one now. */
export const addressesBefore = (tx: Tx, persons: readonly Person[]): Promise<Map<ContactId, Buffer>> =>
  addressesOf(
    tx,
    persons.filter(isAsked).map(({ id }) => id),
  );

/**
 * Tells whoever has another address, or has become part of somebody or parted, where mail to it is held back otherwise than was told.
 * Comes after their profiles are written: whoever suppresses an address holds its lock, and either finds them there or is waited for.
 */
export async function tellAddresses(
  tx: Tx,
  persons: readonly Person[],
  before: ReadonlyMap<ContactId, Buffer>,
  profiles: readonly ProfileUpdate[],
): Promise<void> {
  const written = new Map(profiles.map(({ contact, emailHash }) => [contact, emailHash ?? undefined]));
  const now = (id: ContactId) => (written.has(id) ? written.get(id) : before.get(id));
  const concerned = persons.filter(
    (person) => isAsked(person) && (isOther(person) || !isSame(before.get(person.id), now(person.id))),
  );
  if (concerned.length === 0) return;
  await lockAddresses(
    tx,
    concerned.flatMap(({ id }) => [before.get(id), now(id)].filter((hash) => hash !== undefined)),
  );
  await tellOfAddresses(
    tx,
    concerned
      .filter(({ absorbed, erased }) => !absorbed && !erased)
      .map((person) => ({
        contact: person.id,
        lineage: person.lineage,
        addressHash: now(person.id),
        at: person.clock,
        quiet: !person.addressGiven,
      })),
  );
}

const isSame = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && one.equals(other));
