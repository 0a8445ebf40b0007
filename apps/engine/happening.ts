import type { ContactId, Instant } from '@entente/kernel';
import type { StoredEvent } from '@entente/storage';

/** Events that are about to be applied. */
export class Happening {
  private byContact: Map<ContactId, StoredEvent[]> | undefined;

  constructor(
    private readonly events: readonly StoredEvent[],
    /** The arrival of the last one. */
    readonly until: Instant,
  ) {}

  /** Those that are stored under a contact. */
  of(contact: ContactId): readonly StoredEvent[] {
    this.byContact ??= this.grouped();
    return this.byContact.get(contact) ?? [];
  }

  private grouped(): Map<ContactId, StoredEvent[]> {
    const groups = new Map<ContactId, StoredEvent[]>();
    for (const event of this.events) {
      const group = groups.get(event.contact);
      if (group) group.push(event);
      else groups.set(event.contact, [event]);
    }
    return groups;
  }
}
