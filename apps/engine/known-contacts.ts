import type { IdentityKey } from '@entente/event';
import type { ContactId } from '@entente/kernel';

/** Keys remembered, about a hundred bytes each: the latest half of them at least. */
const mostKeys = 2_000_000;

/**
 * The contacts that keys are known to have first resolved to, for good, and who are stored: an event of theirs that no
 * condition asks about needs no look at the database. Belongs to one generation of the definitions, which whoever takes keys
 * away moves on; filled after a commit only, for before it what was found may still be rolled back.
 */
export class KnownContacts {
  private recent = new Map<IdentityKey, ContactId>();
  private older = new Map<IdentityKey, ContactId>();

  constructor(private readonly most = mostKeys) {}

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
