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

/** Persons whose events are found and remembered at once, unless these are too many. */
const pageSize = 50_000;
const mostInstants = 2_000_000;

/**
 * Decides versions without a look at contacts' states and stored events, where an index of rare events and profiles tell everything: to read
 * the past of each by itself takes longer than to write what it becomes, and far longer where that is on disk.
 */
export class Verdicts {
  private found: FoundInstants | undefined;

  private constructor(
    private readonly book: Book,
    private readonly written: Instant,
  ) {}

  /** Undefined where it takes more to decide these versions, the first of which was written at an instant. */
  static of(
    { book, commonNames }: Pick<Definitions, 'book' | 'commonNames'>,
    versions: readonly number[],
    written: Instant,
  ): Verdicts | undefined {
    const alone = book.alone(versions);
    if (!alone || alone.eventNames.some((name) => commonNames.has(name))) return undefined;
    return new Verdicts(alone, written);
  }

  /** Finds the events of contacts, which are sorted by their ids, from a place on, unless that was done. */
  async lookAhead(
    database: Database,
    { contacts, from, busy }: { contacts: readonly ContactId[]; from: number; busy: boolean },
  ): Promise<void> {
    if (!this.found || byContactId(contacts[from]!, this.found.to) > 0)
      this.found = await findInstants(database, {
        contacts: contacts.slice(from, from + pageSize),
        reaches: this.book.reaches,
        now: this.written,
        enough: mostInstants,
        busy,
      });
  }

  /**
   * What contacts are at an instant. Nothing is said of those whose events were not found, nor of those for whom time alone has changed
   * something since the versions were written: that happened at an instant of its own, and may start campaigns.
   */
  async at(
    database: Database,
    contacts: readonly ContactId[],
    now: Instant,
    { sources }: Pick<Definitions, 'sources'>,
  ): Promise<Verdict[]> {
    const { book, written } = this;
    const profiles = await profilesWith(database, contacts, book.traitNames);
    const verdicts: Verdict[] = [];
    for (const contact of contacts) {
      if (byContactId(contact, this.found!.to) > 0) break;
      const state = book.foldAll(this.eventsOf(contact));
      const subject = { contact, state, traits: readTraits(profiles.get(contact) ?? {}, sources.values()) };
      const due = book.nextChange(subject, Math.min(written, now));
      if (due === undefined || due > now)
        verdicts.push({ contact, members: [...book.members(subject, now)], due });
    }
    return verdicts;
  }

  private *eventsOf(contact: ContactId): Generator<HistoryEvent> {
    for (const { name, at } of this.found!.of(contact))
      yield { at, id: NO_ID, name, properties: NO_PROPERTIES };
  }
}

/** Nothing that goes by instants looks at them. */
const NO_ID = '';
const NO_PROPERTIES = {};
