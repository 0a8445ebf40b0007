import { keyedHash, type Instant } from '@entente/kernel';
import { mailAddress } from '@entente/profile';
import { encodeState } from '@entente/segment';
import {
  armTimers,
  cancelTwins,
  insertEvents,
  markForRepair,
  noteAddressChanges,
  rearm,
  replaceDeferred,
  tellPassages,
  updatePersons,
  upsertProfiles,
  writeEnrollments,
  writeMembershipChanges,
  type Arming,
  type Enrollment,
  type MembershipChange,
  type Tx,
} from '@entente/storage';
import type { Definitions } from './definitions';
import { nextDue } from './move-person';
import type { Person } from './person';
import { queueSends } from './queue-sends';
import { forAll } from './start-over';
import { addressChangesOf, addressesBefore } from './address-changes';
import type { WorkingSet } from './working-set';

/** Writes back everything that has changed, in few statements. */
export async function writeBack(
  tx: Tx,
  set: WorkingSet,
  definitions: Definitions,
  timers: 'earlier' | 'exact',
): Promise<void> {
  const all = [...set.persons.values()];
  const persons = all.filter(isUpdated);
  const moved = movedOf(persons);
  const changed = persons.filter((person) => person.traitsChanged);
  const waiting = all.filter(hasOtherDeferrals);
  const others = (timers === 'exact' ? all : waiting).filter((person) => !isUpdated(person));
  await forAll([...persons, ...others], (person) => {
    person.due = dueOf(person, definitions, timers);
  });
  const profiles = changed.map((person) => profileOf(person, definitions));
  const [before] = await Promise.all([
    addressesBefore(tx, persons),
    markForRepair(tx, all.filter(waitsForRepair)),
    replaceDeferred(tx, new Map(waiting.map(({ id, deferred }) => [id, deferred]))),
    updatePersons(
      tx,
      persons.map(({ id, place, clock, generation, state, members, membersChanged, due }) => ({
        id,
        place,
        clock,
        generation,
        state: encodeState(state),
        members: membersChanged ? members : null,
        due,
      })),
    ),
    upsertProfiles(tx, profiles),
    writeMembershipChanges(tx, changesOf(persons)),
    armTimers(tx, armingsOf(persons)),
    rearm(tx, armingsOf(others)),
    writeEnrollments(tx, moved),
  ]);
  await storePassages(tx, persons, definitions);
  await noteAddressChanges(tx, addressChangesOf(persons, before, profiles));
  await tellPassages(tx, moved, broadcastsIn(definitions));
  await queueSends(tx, persons, moved, set.survivors);
  await cancelMergedTwins(tx, persons, definitions);
}

/** Each under the contact who is the person now. */
async function storePassages(
  tx: Tx,
  persons: readonly Person[],
  { commonNames }: Definitions,
): Promise<void> {
  const events = persons.flatMap(({ told }) => told ?? []);
  const texts = events.map((event) => ({ ...event, propertiesJson: JSON.stringify(event.properties) }));
  await insertEvents(tx, texts, commonNames);
}

/** Of whoever is nobody any more nothing is to be made anew. */
const waitsForRepair = ({ repair, absorbed }: Person): boolean => repair !== null && !absorbed;

/** Whether the row of this person is written back as a whole. */
const isUpdated = (person: Person): boolean => person.evaluated && !waitsForRepair(person);

const hasOtherDeferrals = ({ deferred, deferredBefore }: Person): boolean =>
  deferred.length !== deferredBefore.length || deferred.some((one, place) => one !== deferredBefore[place]);

function changesOf(persons: readonly Person[]): MembershipChange[] {
  const all: MembershipChange[] = [];
  for (const { changes } of persons) for (const change of changes) all.push(change);
  return all;
}

function movedOf(persons: readonly Person[]): Enrollment[] {
  const all: Enrollment[] = [];
  for (const { moved } of persons) for (const one of moved ?? []) all.push(one);
  return all;
}

const broadcastsIn = ({ campaigns }: Definitions): Set<string> =>
  new Set([...campaigns.values()].filter(({ kind }) => kind === 'broadcast').map(({ key }) => key));

async function cancelMergedTwins(
  tx: Tx,
  persons: readonly Person[],
  definitions: Definitions,
): Promise<void> {
  const regrouped = persons.filter((person) => person.regroupedAt !== undefined);
  if (regrouped.length === 0) return;
  const lineages = new Map(regrouped.map((person) => [person.id, person.lineage]));
  const published = [...definitions.campaigns.values()];
  const repeating = published.filter(({ campaign }) => campaign.reentry === 'always').map(({ key }) => key);
  await cancelTwins(tx, lineages, repeating, Math.max(...regrouped.map((person) => person.clock)));
}

/**
 * A timer that is too early is left: it looks, finds nothing and re-arms itself, which is rarer than activity is. That of
 * somebody who is part of another person now is removed.
 */
function dueOf(person: Person, definitions: Definitions, timers: 'earlier' | 'exact'): Instant | undefined {
  const due = nextDue(person, definitions);
  if (timers === 'exact' || person.absorbed || person.due === undefined) return due;
  return Math.min(due ?? Infinity, person.due);
}

const armingsOf = (persons: readonly Person[]): Arming[] =>
  persons
    .filter(({ due, dueBefore }) => due !== dueBefore)
    .map(({ id, due, dueBefore }) => ({ contact: id, before: dueBefore, due }));

function profileOf(person: Person, definitions: Definitions) {
  const address = mailAddress(person.traits, [...definitions.sources.values()]);
  return {
    contact: person.id,
    traits: person.traits,
    email: address?.address ?? null,
    emailHash: address ? keyedHash(definitions.addressKey, address.address) : null,
  };
}
