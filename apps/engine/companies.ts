import { eventTime, messageKey, type Fact, type FactCause } from '@entente/event';
import { canonicalJson, type ContactId } from '@entente/kernel';
import { applyTraits, laterJoining, readCompany, toBeTold, type Joining } from '@entente/profile';
import {
  askForTelling,
  joiningsOf,
  markTold,
  takeCompanies,
  tellOfCompanies,
  writeCompanies,
  writeJoinings,
  type CompanyChange,
  type CompanyRow,
  type JoinedContact,
  type StoredEvent,
  type Tx,
} from '@entente/storage';
import { causeOf, type CompanyArrival } from './arrivals';
import type { Definitions } from './definitions';
import { survivorAmong, type Person } from './person';
import type { WorkingSet } from './working-set';

/** A group event that is new, as it is stored. */
export interface JoinedArrival extends CompanyArrival {
  readonly event: StoredEvent;
}

/** What a run of records says of companies: what a system says of them alone, and who joined one. */
export interface CompanyNews {
  readonly said: readonly CompanyArrival[];
  readonly joined: readonly JoinedArrival[];
}

/** A group event joins its contact to the company it names. */
export const joinsCompany = ({ type, groupId }: Fact): boolean => type === 'group' && groupId !== undefined;

/**
 * Folds what trusted sources say of companies, and keeps who belongs to which. No contact is evaluated by it: newcomers are
 * told at once and the others of a company by a walk, and what they are told comes to them as an event.
 */
export async function applyToCompanies(
  tx: Tx,
  news: CompanyNews,
  set: WorkingSet | undefined,
  definitions: Definitions,
): Promise<void> {
  const said = [...news.said, ...news.joined];
  const joined = news.joined.filter(({ event }) => !personOf(event, set!).erased);
  const concerned = set ? personsConcerned(joined, set) : [];
  if (said.length === 0 && concerned.length === 0) return;
  await writeJoinings(tx, latestOf(joined));
  const newcomers = await newcomersAmong(tx, concerned);
  const telling = said.filter((one) => setsTraits(one, definitions));
  const ids = [...newcomers.map((one) => one.company), ...telling.map(({ fact }) => fact.groupId!)];
  const companies = await takeCompanies(tx, [...new Set(ids)]);
  await foldCompanies(tx, telling, companies, definitions);
  await markTold(
    tx,
    newcomers.map(({ contact }) => contact),
  );
  await tellOfCompanies(
    tx,
    newcomers.map((one) => ({
      joined: one,
      company: companies.get(one.company)!,
      at: one.at,
      cause: causeOfJoining(one, joined),
    })),
  );
}

const personOf = ({ contact }: StoredEvent, { persons, survivors }: WorkingSet): Person =>
  persons.get(survivorAmong(survivors, contact))!;

/** Whose company may be another one than before: who joined one, and who is made of other contacts than before. */
function personsConcerned(joined: readonly JoinedArrival[], set: WorkingSet): Person[] {
  const regrouped = [...set.persons.values()].filter((person) => person.regroupedAt !== undefined);
  const joiners = joined.map(({ event }) => personOf(event, set));
  return [...new Set([...regrouped, ...joiners])].filter((person) => !person.erased && !person.absorbed);
}

function latestOf(joined: readonly JoinedArrival[]): Map<ContactId, Joining> {
  const latest = new Map<ContactId, Joining>();
  for (const { fact, event } of joined) {
    const joining = { company: fact.groupId!, at: event.at, message: event.message };
    latest.set(event.contact, laterJoining(latest.get(event.contact), joining));
  }
  return latest;
}

/** Contacts that have to be told of their companies. */
async function newcomersAmong(tx: Tx, persons: readonly Person[]): Promise<JoinedContact[]> {
  if (persons.length === 0) return [];
  const joinings = await joiningsOf(
    tx,
    persons.flatMap(({ lineage }) => lineage),
  );
  return persons.flatMap(({ lineage }) =>
    toBeTold(lineage.map((contact) => joinings.get(contact)).filter((one) => one !== undefined)),
  );
}

/** A source that is not trusted only joins: anybody could write of a company what holds for all of its contacts. */
const setsTraits = ({ fact }: CompanyArrival, { sources }: Definitions): boolean =>
  fact.traits !== undefined && (sources.get(fact.source)?.trusted ?? false);

/** Has everybody in a company told where what is read of it has changed. */
async function foldCompanies(
  tx: Tx,
  said: readonly CompanyArrival[],
  companies: Map<string, CompanyRow>,
  definitions: Definitions,
): Promise<void> {
  const touched = new Map<string, CompanyChange>();
  for (const { fact, at } of said) {
    const company = companies.get(fact.groupId!)!;
    const change = {
      source: fact.source,
      at: eventTime(fact, at),
      message: messageKey(fact.source, fact.messageId),
      values: fact.traits!,
    };
    const { traits, changed } = applyTraits(company.traits, change);
    if (changed.length === 0) continue;
    companies.set(company.id, { ...company, traits });
    touched.set(
      company.id,
      together(touched.get(company.id), { company: company.id, at: change.at, cause: causeOf(fact) }),
    );
  }
  const changes = [...touched.values()].filter(({ company }) => readAnew(company, companies, definitions));
  await writeCompanies(
    tx,
    [...touched.keys()].map((id) => companies.get(id)!),
  );
  await askForTelling(tx, changes);
}

/** Changes that are told as one have the age of the oldest, and start nothing when one of them may not. */
const together = (a: CompanyChange | undefined, b: CompanyChange): CompanyChange =>
  a ? { ...b, at: Math.min(a.at, b.at), cause: a.cause === 'event' ? b.cause : a.cause } : b;

/** Reads a company's traits by the ranks of today; says whether rules see something else than before. */
export function readAnew(
  id: string,
  companies: Map<string, CompanyRow>,
  { sources }: Pick<Definitions, 'sources'>,
): boolean {
  const company = companies.get(id)!;
  const view = readCompany(company.traits, [...sources.values()]);
  if (canonicalJson(view) === canonicalJson(company.view)) return false;
  companies.set(id, { ...company, view, version: company.version + 1 });
  return true;
}

/** Who belongs to another company without having joined it just now does so because of a merge, or of its end. */
function causeOfJoining({ contact, message }: JoinedContact, joined: readonly JoinedArrival[]): FactCause {
  const by = joined.find(({ event }) => event.contact === contact && event.message === message);
  return by ? causeOf(by.fact) : 'merge';
}
