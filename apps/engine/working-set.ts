import type { ContactId, Instant, Uuid } from '@entente/kernel';
import { PartialState } from '@entente/segment';
import {
  contactsWithMore,
  createdAtOf,
  ensureContacts,
  longerLineagesOf,
  loadEnrollments,
  loadDeferred,
  loadHistories,
  loadPast,
  loadPastEvents,
  lockPersons,
  otherSurvivorsOf,
  type PastEvent,
  type PastQuestion,
  type PersonRow,
  type StoredEvent,
  type Tx,
} from '@entente/storage';
import type { Definitions } from './definitions';
import type { Happening } from './happening';
import { settle } from './settle';
import { limits, TOO_MANY } from './limits';
import { eventsAsked, fillIn, historyEvent, refold, viewOf } from './person-state';
import { personFrom, survivorAmong, type Person } from './person';
import type { Stale } from './staleness';
import { forAll, NeedsHistory, StartOver } from './start-over';

/** The persons a transaction has locked, and who is part of whom. */
export interface WorkingSet {
  readonly persons: Map<ContactId, Person>;
  /** Whom contacts are part of, as `survivorAmong` reads it; some that stand for themselves are named, too. */
  readonly survivors: Map<ContactId, ContactId>;
  /** Stored events by contact, where they were asked for; events of this transaction are added as they are applied. */
  readonly histories: Map<ContactId, StoredEvent[]>;
  /** When each contact of these persons was created, where rules ask for it. */
  readonly created: ReadonlyMap<ContactId, Instant>;
}

export interface Wanted {
  /** Contacts to lock and evaluate; those that may not be stored yet with the instant at which they came. */
  readonly contacts: ReadonlyMap<ContactId, Instant | undefined>;
  /** Whom contacts at hand were part of when the wish was made. */
  readonly survivors: ReadonlyMap<ContactId, ContactId>;
  /** Contacts whose stored events are needed. */
  readonly histories: ReadonlySet<ContactId>;
  /** Persons whose stored events turned out to be needed beside those: whoever has too many is marked for repair instead. */
  readonly late?: ReadonlySet<ContactId>;
  /** Contacts that become part of somebody else, with whom they leave and whom they join: each with all of these. */
  readonly regrouped?: ReadonlyMap<ContactId, readonly ContactId[]>;
  /** Until when time has passed for whoever has nothing due by then. */
  readonly passed?: Instant | undefined;
  /** What is about to happen; without this it may be anything. */
  readonly happening?: Happening;
  /** By contact, the enrollments that may begin beside those that a change of membership begins; without this any may. */
  readonly beginnings?: ReadonlyMap<ContactId, readonly Uuid[]>;
}

/** What was read of all persons at once. */
interface Loaded extends Pick<WorkingSet, 'histories'> {
  readonly survivors: ReadonlyMap<ContactId, ContactId>;
  readonly past: ReadonlyMap<ContactId, readonly PastEvent[]>;
}

/** Locks and loads persons, in the order of their ids; starts over when who is part of whom changed before the locks were held. */
export async function takePersons(tx: Tx, wanted: Wanted, definitions: Definitions): Promise<WorkingSet> {
  const ids = [...wanted.contacts.keys()];
  // Asked for together: one round trip. Each statement sees what was committed before the locks of the ones before it were held.
  const [, rows, found, lineages, enrollments, deferred] = await Promise.all([
    ensureContacts(tx, newcomers(ids, wanted)),
    lockPersons(tx, ids),
    otherSurvivorsOf(tx, wanted.survivors.size > 0 ? [...ids, ...wanted.survivors.keys()] : ids),
    longerLineagesOf(tx, ids),
    loadEnrollments(tx, ids),
    loadDeferred(tx, ids),
  ]);
  if (!agree(wanted.survivors, found)) throw new StartOver();
  const survivors = new Map(wanted.survivors);
  const ended = await loadPast(
    tx,
    definitions.campaigns.size > 0 ? pastQuestions(rows, lineages, deferred, wanted) : [],
  );
  const persons = new Map<ContactId, Person>();
  for (const row of rows) {
    const lineage = lineages.get(row.id) ?? [row.id];
    const walks = enrollments.size === 0 ? [] : lineage.flatMap((contact) => enrollments.get(contact) ?? []);
    const waiting = deferred.get(row.id) ?? [];
    persons.set(row.id, personFrom(row, lineage, keptOf(row, definitions), walks, ended, waiting));
  }
  const all = [...persons.values()];
  const created = await creationsOf(tx, rows, lineages, definitions);
  for (const person of all) person.createdAt = firstOf(person.lineage, created) ?? person.createdAt;
  const histories = await loadNeeded(tx, all, wanted, definitions);
  const past = await loadWhatIsLacked(tx, all, histories, wanted, definitions);
  await forAll(persons.values(), (person) => {
    prepare(person, { survivors, histories, past }, definitions);
    letTimeHavePassed(person, wanted, definitions);
    buildAhead(person, definitions);
  });
  return { persons, survivors, histories, created };
}

async function creationsOf(
  tx: Tx,
  rows: readonly PersonRow[],
  lineages: ReadonlyMap<ContactId, readonly ContactId[]>,
  { readsCreated }: Definitions,
): Promise<Map<ContactId, Instant>> {
  if (!readsCreated) return new Map();
  const created = new Map(rows.map(({ id, createdAt }) => [id, createdAt]));
  const others = [...lineages.values()].flat().filter((contact) => !created.has(contact));
  for (const [contact, at] of await createdAtOf(tx, others)) created.set(contact, at);
  return created;
}

/** When the first of these contacts was created, if it is known of any. */
export function firstOf(
  contacts: readonly ContactId[],
  created: ReadonlyMap<ContactId, Instant>,
): Instant | undefined {
  const known = contacts.flatMap((contact) => created.get(contact) ?? []);
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** Whether both say the same of everybody. */
function agree(one: Wanted['survivors'], other: Wanted['survivors']): boolean {
  for (const contact of [...one.keys(), ...other.keys()])
    if (survivorAmong(one, contact) !== survivorAmong(other, contact)) return false;
  return true;
}

/** What a contact is a member of, but for versions that are no longer kept. */
function keptOf({ members }: PersonRow, { book }: Definitions): Set<number> {
  const kept = new Set<number>();
  for (const version of members) if (book.has(version)) kept.add(version);
  return kept;
}

function newcomers(ids: readonly ContactId[], { contacts }: Wanted): Map<ContactId, Instant> {
  const came = new Map<ContactId, Instant>();
  for (const id of ids) {
    const at = contacts.get(id);
    if (at !== undefined) came.set(id, at);
  }
  return came;
}

/** Who is made anew may take over what others began. An entry at an instant has begun nothing that ended before. */
function pastQuestions(
  rows: readonly PersonRow[],
  lineages: ReadonlyMap<ContactId, readonly ContactId[]>,
  deferred: ReadonlyMap<ContactId, unknown>,
  { beginnings, regrouped }: Wanted,
): PastQuestion[] {
  return rows.flatMap(({ id, clock }) => {
    const lineage = lineages.get(id) ?? [id];
    if (!beginnings || deferred.has(id) || lineage.some((contact) => regrouped?.has(contact)))
      return lineage.map((contact) => ({ contact, since: -Infinity, ids: [] }));
    return lineage.map((contact) => ({ contact, since: clock, ids: beginnings.get(id) ?? [] }));
  });
}

/**
 * The stored events that are needed: of whole persons, but only its own, if any, of a contact that leaves one. Where it has none, as a device
 * of which nothing but its user was told, whoever it leaves stays the same.
 */
async function loadNeeded(
  tx: Tx,
  persons: readonly Person[],
  wanted: Wanted,
  definitions: Definitions,
): Promise<WorkingSet['histories']> {
  const { histories, late, regrouped } = wanted;
  const load = (some: readonly Person[], contactsOf: (person: Person) => readonly ContactId[]) =>
    loadHistories(tx, some.flatMap(contactsOf), eventsAsked(definitions));
  const isLate = ({ id, repair }: Person) => repair === null && late?.has(id) === true;
  await markLong(
    tx,
    persons.filter((person) => isLate(person) && !regrouped?.has(person.id)),
  );
  const aside = new Set<ContactId>();
  const leaveAside = async (
    some: readonly Person[],
    contactsOf: (person: Person) => readonly ContactId[],
  ) => {
    for (const id of await groupsWithMany(tx, some, contactsOf, wanted)) aside.add(id);
    return some.filter(({ id }) => !aside.has(id));
  };
  const leaving = ({ id, lineage }: Person) =>
    histories.has(id) ? [] : lineage.filter((contact) => histories.has(contact));

  const left = await load(await leaveAside(persons, leaving), leaving);
  const whole = persons.filter(
    (person) =>
      histories.has(person.id) ||
      isLate(person) ||
      leaving(person).some((contact) => (left.get(contact)?.length ?? 0) > 0),
  );
  const loaded = await load(await leaveAside(whole, lineageOf), lineageOf);
  for (const person of persons) if (aside.has(person.id)) person.repair = TOO_MANY;
  return new Map([...left, ...loaded]);
}

const lineageOf = ({ lineage }: Person): readonly ContactId[] => lineage;

/**
 * The contacts that come together or part where somebody has more events to be read for it than a transaction may read: all of them are
 * made anew aside, for what one has been another becomes.
 */
async function groupsWithMany(
  tx: Tx,
  persons: readonly Person[],
  contactsOf: (person: Person) => readonly ContactId[],
  { regrouped }: Wanted,
): Promise<readonly ContactId[]> {
  if (!regrouped) return [];
  const moving = persons.filter(({ id }) => regrouped.has(id));
  const long = await contactsWithMore(tx, moving.flatMap(contactsOf), limits.many);
  const many = moving.filter((person) => contactsOf(person).some((contact) => long.has(contact)));
  return many.flatMap(({ id }) => regrouped.get(id)!);
}

async function markLong(tx: Tx, persons: readonly Person[]): Promise<void> {
  const contacts = persons.flatMap(({ lineage }) => lineage);
  const long = await contactsWithMore(tx, contacts, limits.many);
  for (const person of persons)
    if (person.lineage.some((contact) => long.has(contact))) person.repair = TOO_MANY;
}

/** The stored events that states lack the memories of, by the contacts of the persons whose states are to have them. */
async function loadWhatIsLacked(
  tx: Tx,
  persons: readonly Person[],
  histories: WorkingSet['histories'],
  wanted: Wanted,
  definitions: Definitions,
): Promise<ReadonlyMap<ContactId, readonly PastEvent[]>> {
  const asking = persons.filter(
    (person) => asksForWhatItLacks(person, wanted, definitions) && !historyAtHand(person, { histories }),
  );
  const lacked = new Set(
    asking.flatMap(({ generation }) => [...definitions.staleness.of(generation)!.memories]),
  );
  const load = (some: readonly Person[], most?: number) =>
    loadPastEvents(
      tx,
      some.flatMap(({ lineage }) => lineage),
      definitions.book.eventsFeeding(lacked),
      most,
    );
  const past = await load(asking, limits.read);
  if (past) return past;
  await markLong(
    tx,
    asking.filter(({ id }) => !wanted.regrouped?.has(id)),
  );
  const many = new Set(await groupsWithMany(tx, asking, lineageOf, wanted));
  for (const person of persons) if (many.has(person.id)) person.repair = TOO_MANY;
  return (await load(asking.filter(({ repair }) => repair === null)))!;
}

/**
 * Whether what a person's state lacks may be asked for. Where it may not, the state stays as it is; where that turns out to be
 * wrong, it is told and the transaction starts over.
 */
function asksForWhatItLacks(
  person: Person,
  { happening, regrouped }: Wanted,
  definitions: Definitions,
): boolean {
  const stale = person.fresh ? undefined : definitions.staleness.of(person.generation);
  if (!stale || person.repair !== null) return false;
  if (!happening || person.deferred.length > 0 || person.enrollments.length > 0) return true;
  if (regrouped?.has(person.id) || (person.due !== undefined && person.due <= happening.until)) return true;
  return person.lineage.some((contact) =>
    happening.of(contact).some((event) => mayAskFor(stale, event, definitions)),
  );
}

function mayAskFor(stale: Stale, event: StoredEvent, definitions: Definitions): boolean {
  const { book, versions, triggers, ownSource } = definitions;
  if (event.type !== 'track' || event.source === ownSource || triggers.has(event.name)) return true;
  // A builder goes by the generation: whom a batch decided a version for that it builds must have today's.
  const isBuilding = (version: number) => versions.get(version)?.status === 'building';
  const happened = historyEvent(event, definitions);
  return (
    book.feeds(happened, stale.memories) ||
    book.affectedByEvent(happened).some((version) => stale.versions.has(version) || isBuilding(version))
  );
}

function prepare(person: Person, { survivors, histories, past }: Loaded, definitions: Definitions): void {
  person.view = viewOf(person, definitions);
  person.absorbed = survivorAmong(survivors, person.id) !== person.id;
  person.history = historyAtHand(person, { histories });
  person.keep = (event) => void histories.get(event.contact)?.push(event);
  const stale = definitions.staleness.of(person.generation);
  if (person.fresh) person.state = definitions.book.emptyState();
  else if (stale && person.history) refold(person, definitions);
  else if (stale && past.has(person.id))
    fillIn(
      person,
      stale.memories,
      person.lineage.flatMap((contact) => past.get(contact)!),
      definitions,
    );
  else if (stale) {
    person.state = new PartialState(person.state, stale.memories, () => new NeedsHistory(person.id));
    person.lacks = true;
    return;
  }
  // Its timer is not later than what its definitions of then foretold, and those are today's.
  else if (person.generation === definitions.generation)
    person.quiet = { state: person.state, view: person.view, until: person.due };
  person.generation = definitions.generation;
}

/**
 * Of whoever has nothing due before, it is as of the writing of what is being built that it is built, not as of when they were looked at last: what
 * time changed of it before then is nothing that happened.
 */
function letTimeHavePassed(person: Person, { passed, happening }: Wanted, { aheadSince }: Definitions): void {
  const { fresh, due, deferred, lineage } = person;
  if (fresh || deferred.length > 0 || (passed === undefined && aheadSince === Infinity)) return;
  const arrivals = lineage.flatMap((contact) => happening?.of(contact).map(({ arrival }) => arrival) ?? []);
  const by = passed ?? (arrivals.length > 0 ? Math.min(aheadSince, ...arrivals) : undefined);
  if (by !== undefined && (due === undefined || due > by)) person.clock = Math.max(person.clock, by);
}

function buildAhead(person: Person, definitions: Definitions): void {
  const { builtAhead } = definitions;
  if (builtAhead.length === 0 || person.fresh || person.lacks || person.absorbed || person.repair !== null)
    return;
  settle(person, { kind: 'build' }, definitions, builtAhead);
}

/** The stored events of a person's whole lineage, where they were loaded. */
export const historyAtHand = (
  person: Person,
  { histories }: Pick<WorkingSet, 'histories'>,
): Person['history'] =>
  person.lineage.every((contact) => histories.has(contact))
    ? () => historyOf(person.lineage, histories)
    : undefined;

export const historyOf = (
  lineage: readonly ContactId[],
  histories: ReadonlyMap<ContactId, StoredEvent[]>,
): StoredEvent[] => lineage.flatMap((contact) => histories.get(contact) ?? []);
