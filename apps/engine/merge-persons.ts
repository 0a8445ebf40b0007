import type { ContactId, Instant } from '@entente/kernel';
import { CREATED } from '@entente/segment';
import type { StoredEvent } from '@entente/storage';
import type { Arrival } from './arrivals';
import type { Definitions } from './definitions';
import type { IdentityChanges } from './identities';
import { dueBy, passTime } from './move-person';
import { settle } from './settle';
import { appliedOf, rebuild, takeIn, viewOf } from './person-state';
import { survivorAmong, type Person } from './person';
import { lastToldIn, toldVersions } from './passage-event';
import { end } from './walk-campaigns';
import { NeedsHistory } from './start-over';
import { firstOf, historyAtHand, historyOf, type WorkingSet } from './working-set';

/**
 * Applies the links that an arrival claims. Whom contacts join takes in their stored events; whom they leave with events
 * of theirs is made anew from what stays. No event, message or ledger entry moves. Gives the persons at hand that the links name.
 */
export function mergePersons(
  arrival: Arrival,
  identities: IdentityChanges,
  set: WorkingSet,
  readThrough: Instant,
  definitions: Definitions,
): Person[] {
  const change = identities.changes.get(arrival.position);
  if (!change) return [];
  if (change.moved.size > 0) moveContacts(arrival, change.moved, set, readThrough, definitions);
  return change.named.map((id) => set.persons.get(id)).filter((person) => person !== undefined);
}

/** Whoever an arrival named for the first time, and did nothing else to, exists from now on. */
export function settleNamed(named: readonly Person[], now: Instant, definitions: Definitions): void {
  for (const person of named) {
    if (!person.fresh || person.repair !== null) continue;
    person.clock = Math.max(person.clock, now);
    settle(person, { kind: 'merge' }, definitions);
  }
}

function moveContacts(
  arrival: Arrival,
  moved: ReadonlyMap<ContactId, ContactId>,
  set: WorkingSet,
  readThrough: Instant,
  definitions: Definitions,
): void {
  const concerned = concernedBy(moved, set);
  for (const person of concerned) passTime(person, arrival.at, readThrough, definitions);
  for (const [contact, survivor] of moved) set.survivors.set(contact, survivor);
  regroup(concerned, set, Math.max(arrival.at, ...concerned.map((person) => person.clock)), definitions);
}

function concernedBy(moved: ReadonlyMap<ContactId, ContactId>, set: WorkingSet): Person[] {
  const ids = new Set(
    [...moved].flatMap(([contact, survivor]) => [contact, survivor, survivorAmong(set.survivors, contact)]),
  );
  return [...ids].map((id) => set.persons.get(id)!);
}

function regroup(
  concerned: readonly Person[],
  set: WorkingSet,
  now: Instant,
  definitions: Definitions,
): void {
  const lineages = new Map<ContactId, ContactId[]>(concerned.map((person) => [person.id, []]));
  const parts = new Map(concerned.flatMap(({ id, lineage }) => lineage.map((contact) => [contact, id])));
  for (const { id } of concerned) parts.set(id, id);
  for (const [contact, person] of parts) {
    // What no link at hand reaches stays with its person, wherever that goes, be it named as part of them or not.
    const survivor = survivorAmong(set.survivors, set.survivors.get(contact) ?? person);
    if (survivor !== person) set.survivors.set(contact, survivor);
    lineages.get(survivor)!.push(contact);
  }
  const enrollments = [...new Set(concerned.flatMap((person) => person.enrollments))];
  const moved = concerned.flatMap((person) => [...(person.moved ?? [])]);
  const deferred = concerned.flatMap((person) => person.deferred);
  deferred.sort((a, b) => a.event.arrival - b.event.arrival);
  const membersBefore = new Map(concerned.map(({ id, members }) => [id, new Set(members)]));
  for (const person of concerned) {
    const before = person.absorbed ? undefined : person.lineage;
    person.lineage = lineages.get(person.id)!;
    const createdBefore = person.createdAt;
    person.createdAt = firstOf(person.lineage, set.created) ?? createdBefore;
    person.absorbed = survivorAmong(set.survivors, person.id) !== person.id;
    person.regroupedAt = person.absorbed ? undefined : now;
    const belongs = (contact: ContactId) => person.lineage.includes(contact);
    person.enrollments = enrollments.filter((one) => belongs(one.contact));
    person.deferred.splice(0, Infinity, ...deferred.filter(({ event }) => belongs(event.contact)));
    person.moved = new Set(moved.filter((one) => belongs(one.contact)));
    person.history = historyAtHand(person, set);
    const clock = Math.max(person.clock, now);
    // Whom repair makes anew from the lineage of today: until then nothing that is kept of them can be relied on.
    if (person.repair !== null && !person.absorbed) continue;
    const joined = concerned.filter(({ id }) => id !== person.id && belongs(id));
    const carried = new Set(joined.flatMap(({ id }) => [...membersBefore.get(id)!]));
    const leaves = (contact: ContactId) => !belongs(contact) && set.histories.get(contact)?.length !== 0;
    if (!before || before.some(leaves)) makeAnew(person, clock, carried, definitions);
    else grow(person, { before, createdBefore, carried }, clock, set, definitions);
  }
}

/** Somebody new of whom nothing is stored is settled by what made them: being created starts campaigns, a merge does not. */
const isYetToBe = (person: Person, stored: readonly StoredEvent[]): boolean =>
  person.fresh && stored.length === 0 && !person.absorbed;

/** What somebody was whom contacts join, and what those were members of. */
interface Grown {
  readonly before: readonly ContactId[];
  readonly createdBefore: Instant;
  readonly carried: ReadonlySet<number>;
}

/** Of whom contacts join, while no event leaves, what is kept stays as it is, but for what the events of those change. */
function grow(
  person: Person,
  { before, createdBefore, carried }: Grown,
  now: Instant,
  set: WorkingSet,
  definitions: Definitions,
): void {
  const due = dueBy(person, now, definitions);
  person.clock = now;
  const joining = person.lineage.filter((contact) => !before.includes(contact));
  const stored = appliedOf(person, historyOf(joining, set.histories));
  const affected = [...takeIn(person, stored, definitions)];
  if (person.createdAt !== createdBefore) {
    person.view = viewOf(person, definitions);
    affected.push(...definitions.book.affectedByTraits([CREATED]));
  }
  endTwins(person);
  if (!isYetToBe(person, stored))
    settle(person, { kind: 'merge', carried }, definitions, [...due, ...affected]);
}

function makeAnew(
  person: Person,
  now: Instant,
  carried: ReadonlySet<number>,
  definitions: Definitions,
): void {
  person.clock = now;
  if (!person.history) throw new NeedsHistory(person.id);
  const stored = appliedOf(person, person.history());
  rebuild(person, stored, definitions);
  endTwins(person);
  if (isYetToBe(person, stored)) return;
  const told = toldVersions(lastToldIn(stored, definitions), definitions);
  settle(
    person,
    { kind: 'merge', carried: new Set([...carried, ...told.carried]), untold: told.untold },
    definitions,
  );
}

/** Of two open walks through one campaign the older goes on. */
function endTwins(person: Person): void {
  const open = new Set<string>();
  const byAge = [...person.enrollments].sort((a, b) => a.enteredAt - b.enteredAt || (a.id < b.id ? -1 : 1));
  for (const one of byAge) {
    if (one.status !== 'active') continue;
    if (open.has(one.campaign)) end(person, one, 'merged', person.clock);
    open.add(one.campaign);
  }
}
