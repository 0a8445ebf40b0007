import { byContactId, type ContactId, type Instant } from '@entente/kernel';
import type { Book, Deviation } from '@entente/segment';
import { contactsAfter, findDeviating, type Database } from '@entente/storage';
import { chunkSize } from '../engine';
import { Verdicts } from './verdicts';

/** Persons that are found and remembered at once. */
const pageSize = 1_000_000;

/** A deviation with more lists than this is not looked for: all contacts are walked. */
const mostLists = 20;

/** Contacts of one chunk in which only few deviate. */
const walkSize = 5_000;

/** The most contacts of one chunk who deviate; where nothing else is going on, enough to keep several transactions at work. */
const most = { busy: 2 * chunkSize, alone: 16 * chunkSize };

/** The contacts that a build comes to next, by their ids. */
export interface BuildChunk {
  readonly contacts: readonly ContactId[];
  /** Those of them who have to be decided for; for the others the usual holds. */
  readonly deviating: readonly ContactId[];
  /** Up to whom everybody is among them. */
  readonly to: ContactId;
}

/** For whom versions that are built together have to be decided, and what holds for everybody else. */
export class BuildPlan {
  /** The versions that everybody who does not deviate is a member of. */
  readonly usual: readonly number[];
  /** Decides for those who deviate; undefined where they have to be evaluated. */
  readonly verdicts: Verdicts | undefined;
  private readonly deviation: Deviation;
  private page: readonly ContactId[] = [];
  /** The page has everybody who deviates up to this contact; without one, to the end. */
  private pageEnd: ContactId | undefined = '0';

  constructor(
    book: Book,
    versions: readonly number[],
    /** The instant at which the first of the versions was written. */
    readonly written: Instant,
    private readonly common: ReadonlySet<string>,
  ) {
    const without = book.membersWithout(written);
    this.usual = versions.filter((version) => without.has(version));
    this.deviation = book.deviation(versions, written);
    this.verdicts = this.isForAll()
      ? undefined
      : Verdicts.of({ book, commonNames: common }, versions, written);
  }

  /** Undefined behind the last contact. `busy`: whether there is other work to leave time for. */
  async chunkAfter(database: Database, cursor: ContactId, busy: boolean): Promise<BuildChunk | undefined> {
    const limit = busy ? most.busy : most.alone;
    if (this.isForAll()) {
      const contacts = await contactsAfter(database, cursor, limit);
      return chunkOf(contacts, contacts, contacts.at(-1));
    }
    await this.turnTo(database, cursor, busy);
    const from = placeAfter(this.page, cursor);
    const deviating = this.page.slice(from, from + limit);
    if (deviating.length > 0) await this.verdicts?.lookAhead(database, { contacts: this.page, from, busy });
    if (this.usual.length === 0) return chunkOf(deviating, deviating, deviating.at(-1));
    const end = from + deviating.length < this.page.length ? deviating.at(-1) : this.pageEnd;
    const walked = await contactsAfter(database, cursor, walkSize);
    const contacts = end === undefined ? walked : walked.slice(0, placeAfter(walked, end));
    const to = contacts.at(-1) ?? end;
    return chunkOf(contacts, to === undefined ? [] : deviating.slice(0, placeAfter(deviating, to)), to);
  }

  private isForAll(): boolean {
    const { everybody, events, traits, members, others } = this.deviation;
    return everybody || events.length + traits.length + members.length + others.length > mostLists;
  }

  private async turnTo(database: Database, cursor: ContactId, busy: boolean): Promise<void> {
    if (this.pageEnd === undefined || byContactId(cursor, this.pageEnd) < 0) return;
    const asked = { after: cursor, limit: pageSize, now: this.written, common: this.common, busy };
    this.page = await findDeviating(database, this.deviation, asked);
    this.pageEnd = this.page.length < pageSize ? undefined : this.page.at(-1);
  }
}

const chunkOf = (
  contacts: readonly ContactId[],
  deviating: readonly ContactId[],
  to: ContactId | undefined,
): BuildChunk | undefined => (to === undefined ? undefined : { contacts, deviating, to });

/** The place of the first of these sorted ids that comes after one. */
function placeAfter(ids: readonly ContactId[], id: ContactId): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byContactId(ids[middle]!, id) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
