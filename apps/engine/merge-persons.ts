import type { ContactId, Instant } from '@entente/kernel';
import type { Arrival } from './arrivals';
import type { Definitions } from './definitions';
import type { IdentityChanges } from './identities';
import { appliedOf, passTime, rebuild, settle } from './move-person';
import type { Person } from './person';
import { end } from './walk-campaigns';
import { historyOf, type WorkingSet } from './working-set';

/**
 * Applies the links that an arrival claims: contacts that turn out to be one person, or no longer to be, are made anew from
 * the stored events of their lineages. No event, message or ledger entry moves. Gives the persons at hand that the links name.
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
    [...moved].flatMap(([contact, survivor]) => [contact, survivor, set.survivors.get(contact)!]),
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
    // What no link at hand reaches stays with its person, wherever that goes.
    const survivor = set.survivors.get(contact) ?? set.survivors.get(person)!;
    if (survivor !== person) set.survivors.set(contact, survivor);
    lineages.get(survivor)!.push(contact);
  }
  const enrollments = [...new Set(concerned.flatMap((person) => person.enrollments))];
  const moved = concerned.flatMap((person) => [...person.moved]);
  const deferred = concerned.flatMap((person) => person.deferred);
  deferred.sort((a, b) => a.event.arrival - b.event.arrival);
  for (const person of concerned) {
    person.lineage = lineages.get(person.id)!;
    person.absorbed = set.survivors.get(person.id) !== person.id;
    person.regroupedAt = person.absorbed ? undefined : now;
    const belongs = (contact: ContactId) => person.lineage.includes(contact);
    person.enrollments = enrollments.filter((one) => belongs(one.contact));
    person.deferred.splice(0, Infinity, ...deferred.filter(({ event }) => belongs(event.contact)));
    person.moved.clear();
    for (const one of moved) if (belongs(one.contact)) person.moved.add(one);
    person.clock = Math.max(person.clock, now);
    makeAnew(person, set, definitions);
  }
}

function makeAnew(person: Person, set: WorkingSet, definitions: Definitions): void {
  const history = appliedOf(person, historyOf(person.lineage, set.histories));
  person.history = () => historyOf(person.lineage, set.histories);
  rebuild(person, history, definitions);
  endTwins(person);
  // Somebody new of whom nothing is stored is settled by what made them: being created starts campaigns, a merge does not.
  if (person.fresh && history.length === 0 && !person.absorbed) return;
  settle(person, { kind: 'merge' }, definitions);
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
