import { byContactId, type ContactId, type Instant } from '@entente/kernel';
import { readTraits } from '@entente/profile';
import type { Book, HistoryEvent } from '@entente/segment';
import {
  findInstants,
  profilesWith,
  type Database,
  type FoundInstants,
  type Verdict,
} from '@entente/storage';
import type { Definitions } from '../definitions';

/** Persons whose events are found and remembered at once. */
const pageSize = 200_000;

/**
 * Decides versions without a look at contacts' states and stored events, where an index of rare events and profiles tell everything: to read
 * the past of each by itself takes longer than to write what it becomes, and far longer where that is on disk.
 */
export class Verdicts {
  private found: FoundInstants | undefined;
  private to: ContactId = '0';

  private constructor(
    private readonly book: Book,
    /** What no longer counts by then is not looked for. */
    private readonly now: Instant,
  ) {}

  /** Undefined where it takes more to decide these versions. */
  static of(
    { book, commonNames }: Pick<Definitions, 'book' | 'commonNames'>,
    versions: readonly number[],
    now: Instant,
  ): Verdicts | undefined {
    const alone = book.alone(versions);
    if (!alone || alone.eventNames.some((name) => commonNames.has(name))) return undefined;
    return new Verdicts(alone, now);
  }

  /** Finds the events of contacts, which are sorted by their ids, up to a place at least, unless that was done. */
  async lookAhead(
    database: Database,
    contacts: readonly ContactId[],
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<void> {
    if (to === from || byContactId(contacts[to - 1]!, this.to) <= 0) return;
    const page = contacts.slice(from, from + pageSize);
    this.found = await findInstants(database, { contacts: page, reaches: this.book.reaches, now: this.now });
    this.to = page.at(-1)!;
  }

  /** What contacts whose events were found are at an instant, which is not before the plan was made. */
  async at(
    database: Database,
    contacts: readonly ContactId[],
    now: Instant,
    { sources }: Pick<Definitions, 'sources'>,
  ): Promise<Verdict[]> {
    const profiles = await profilesWith(database, contacts, this.book.traitNames);
    return contacts.map((contact) => {
      const state = this.book.foldAll(this.eventsOf(contact));
      const subject = { contact, state, traits: readTraits(profiles.get(contact) ?? {}, sources.values()) };
      return {
        contact,
        members: [...this.book.members(subject, now)],
        due: this.book.nextChange(subject, now),
      };
    });
  }

  private *eventsOf(contact: ContactId): Generator<HistoryEvent> {
    for (const { name, at } of this.found!.of(contact))
      yield { at, id: NO_ID, name, properties: NO_PROPERTIES };
  }
}

/** Nothing that goes by instants looks at them. */
const NO_ID = '';
const NO_PROPERTIES = {};
