import type { ContactId, Instant } from '@entente/kernel';
import {
  buildingVersions,
  contactsAfter,
  forgetRetiredMemberships,
  noteBuilt,
  swapBuilt,
  takeLease,
  type BuildingVersion,
} from '@entente/storage';
import { chunkSize, leaseLength, type Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { passTime, settle } from '../move-person';
import { startPresent } from './start-present';

/**
 * Walks all contacts for the segment versions being built, a chunk at a time, while batches keep those versions for the
 * contacts they touch; then swaps them in at once. Gives whether there is more to do.
 */
export async function buildSegments(engine: Engine): Promise<boolean> {
  const versions = await buildingVersions(engine.database);
  if (versions.length === 0) return (await startPresent(engine)) || forgetRetiredMemberships(engine.database);
  if (!(await takeLease(engine.database, 'build', engine.id, leaseLength))) return false;
  const through = await engine.through.recent(engine.database);
  if (through === undefined) return true;
  const cursor = smallest(versions.map((version) => version.cursor));
  const contacts = await contactsAfter(engine.database, cursor, chunkSize);
  if (contacts.length > 0) await buildFor(engine, contacts, versions, through);
  else
    await swapBuilt(
      engine.database,
      versions.map((version) => version.id),
    );
  return true;
}

const smallest = (cursors: readonly ContactId[]): ContactId =>
  cursors.reduce((a, b) => (BigInt(b) < BigInt(a) ? b : a));

function buildFor(
  engine: Engine,
  contacts: readonly ContactId[],
  versions: readonly BuildingVersion[],
  through: Instant,
): Promise<void> {
  const all = versions.map((version) => version.id);
  let since = performance.now();
  return evaluateContacts(engine, {
    contacts,
    histories: false,
    move: (person, definitions) => {
      passTime(person, through + 1, through, definitions);
      person.clock = Math.max(person.clock, through);
      const building = all.filter((id) => definitions.versions.has(id));
      settle(person, { kind: 'build' }, definitions, building);
    },
    after: async (tx, some) => {
      const took = performance.now() - since;
      since += took;
      await noteBuilt(tx, all, some, took);
    },
  });
}
