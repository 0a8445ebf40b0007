import { keyedHash } from '@entente/kernel';
import { mailAddress } from '@entente/profile';
import { encodeState } from '@entente/segment';
import {
  armTimers,
  cancelTwins,
  markForRepair,
  replaceDeferred,
  tellPassages,
  updatePersons,
  upsertProfiles,
  writeEnrollments,
  writeMembershipChanges,
  type Arming,
  type Tx,
} from '@entente/storage';
import type { Definitions } from './definitions';
import { nextDue } from './move-person';
import type { Person } from './person';
import { queueSends } from './queue-sends';
import type { WorkingSet } from './working-set';

/** Writes back everything that has changed, in few statements. */
export async function writeBack(
  tx: Tx,
  set: WorkingSet,
  definitions: Definitions,
  timers: 'earlier' | 'exact',
): Promise<void> {
  const all = [...set.persons.values()];
  const persons = all.filter((person) => person.evaluated && person.repair === null);
  const moved = persons.flatMap((person) => [...person.moved]);
  const changed = persons.filter((person) => person.traitsChanged);
  const waiting = all.filter(hasOtherDeferrals);
  await Promise.all([
    markForRepair(
      tx,
      all.filter((person) => person.repair !== null),
    ),
    replaceDeferred(tx, new Map(waiting.map(({ id, deferred }) => [id, deferred]))),
    updatePersons(
      tx,
      persons.map(({ id, clock, generation, state, members }) => ({
        id,
        clock,
        generation,
        state: encodeState(state),
        members,
      })),
    ),
    upsertProfiles(
      tx,
      changed.map((person) => profileOf(person, definitions)),
    ),
    writeMembershipChanges(
      tx,
      persons.flatMap((person) => person.changes),
    ),
    armTimers(
      tx,
      (timers === 'exact' ? all : [...new Set([...persons, ...waiting])]).flatMap((person) =>
        armingOf(person, definitions, timers),
      ),
    ),
    writeEnrollments(tx, moved),
  ]);
  await tellPassages(tx, moved, broadcastsIn(definitions));
  await queueSends(tx, persons, set.survivors);
  await cancelMergedTwins(tx, persons, definitions);
}

const hasOtherDeferrals = ({ deferred, deferredBefore }: Person): boolean =>
  deferred.length !== deferredBefore.length || deferred.some((one, place) => one !== deferredBefore[place]);

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
function armingOf(person: Person, definitions: Definitions, timers: 'earlier' | 'exact'): Arming[] {
  const due = nextDue(person, definitions);
  if (due === person.due) return [];
  if (timers === 'earlier' && !person.absorbed && person.due !== undefined && (due ?? Infinity) > person.due)
    return [];
  return [{ contact: person.id, due }];
}

function profileOf(person: Person, definitions: Definitions) {
  const address = mailAddress(person.traits, [...definitions.sources.values()]);
  return {
    contact: person.id,
    traits: person.traits,
    email: address?.address ?? null,
    emailHash: address ? keyedHash(definitions.addressKey, address.address) : null,
  };
}
