import type { ContactId } from '@entente/kernel';
import { addressesOf, type AddressChange, type ProfileUpdate, type Tx } from '@entente/storage';
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

/** Who has another address, or has become part of somebody or parted: of them it is to be told whether mail to it is held back. */
export function addressChangesOf(
  persons: readonly Person[],
  before: ReadonlyMap<ContactId, Buffer>,
  profiles: readonly ProfileUpdate[],
): AddressChange[] {
  const written = new Map(profiles.map(({ contact, emailHash }) => [contact, emailHash ?? undefined]));
  const now = (id: ContactId) => (written.has(id) ? written.get(id) : before.get(id));
  return persons
    .filter(
      (person) => isAsked(person) && (isOther(person) || !isSame(before.get(person.id), now(person.id))),
    )
    .map(({ id, clock, addressGiven }) => ({
      contact: id,
      before: before.get(id),
      at: clock,
      quiet: !addressGiven,
    }));
}

const isSame = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && one.equals(other));
