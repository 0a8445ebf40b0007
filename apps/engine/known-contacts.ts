import type { IdentityKey } from '@entente/event';
import type { ContactId } from '@entente/kernel';

/** Keys remembered, about a hundred bytes each: of each shelf the latest half at least. */
export const mostKeys = 2_000_000;

/** A map of a million keys stops everything for a tenth of a second when it grows; those of shelves grow one at a time. */
const shelves = 128;

/**
 * The contacts that keys are known to have first resolved to, for good, and who are stored: an event of theirs that no
 * condition asks about needs no look at the database. Nothing takes a key away from its contact or a contact from the table: whatever
 * ever does so must make every engine forget, and one that recalls them just then begin again. Filled with what is committed only, for
 * before that what was found may still be rolled back.
 */
export class KnownContacts {
  private readonly shelves: readonly Shelf[];

  constructor(most = mostKeys) {
    this.shelves = Array.from({ length: shelves }, () => new Shelf(most / shelves));
  }

  get(key: IdentityKey): ContactId | undefined {
    return this.shelfOf(key).get(key);
  }

  add(key: IdentityKey, contact: ContactId): void {
    this.shelfOf(key).add(key, contact);
  }

  /** Keys differ by their ends, and none is shorter than its kind. */
  private shelfOf(key: IdentityKey): Shelf {
    const end = key.length - 1;
    const sum = key.charCodeAt(end) + 10 * key.charCodeAt(end - 1) + 100 * key.charCodeAt(end - 2);
    return this.shelves[sum % shelves]!;
  }
}

class Shelf {
  private recent = new Map<IdentityKey, ContactId>();
  private older = new Map<IdentityKey, ContactId>();

  constructor(private readonly most: number) {}

  get(key: IdentityKey): ContactId | undefined {
    const contact = this.recent.get(key);
    if (contact !== undefined) return contact;
    const kept = this.older.get(key);
    if (kept !== undefined) this.add(key, kept);
    return kept;
  }

  add(key: IdentityKey, contact: ContactId): void {
    this.recent.set(key, contact);
    if (this.recent.size < this.most / 2) return;
    this.older = this.recent;
    this.recent = new Map();
  }
}
