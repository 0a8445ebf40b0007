import type { Instant } from '@entente/kernel';
import {
  endStartOfPresent,
  broughtInAfter,
  moveBuildCursor,
  takeLease,
  versionsToStart,
  type BroughtIn,
  type VersionToStart,
} from '@entente/storage';
import { chunkSize, leaseLength, type Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { passTime } from '../move-person';
import { tellEntry } from '../settle';
import { startBySwap } from '../walk-campaigns';

/**
 * After a swap whose author asked for it: starts campaigns for whom the new version brought in, a chunk at a time. Gives
 * whether there is more to do.
 */
export async function startPresent(engine: Engine): Promise<boolean> {
  const [version] = await versionsToStart(engine.database);
  if (!version || !(await takeLease(engine.database, 'start-present', engine.id, leaseLength))) return false;
  const through = await engine.through.pastWhatWasDone(engine.database, version.liveAt);
  if (through === undefined) return true;
  const some = await broughtInAfter(engine.database, version, chunkSize);
  if (some.length === 0) await endStartOfPresent(engine.database, version.id);
  else await startFor(engine, version, some, through);
  return true;
}

async function startFor(
  engine: Engine,
  version: VersionToStart,
  broughtIn: readonly BroughtIn[],
  through: Instant,
): Promise<void> {
  const counted = new Map(broughtIn.map((one) => [one.contact, one.counted]));
  await evaluateContacts(engine, {
    contacts: [...counted.keys()],
    move: (person, definitions) => {
      passTime(person, through + 1, through, definitions);
      if (!counted.has(person.id) || !person.members.has(version.id)) return;
      person.clock = Math.max(person.clock, through);
      person.evaluated = true;
      const before = counted.get(person.id);
      const swap = { kind: 'swap', liveAt: version.liveAt, counted: before } as const;
      if (before === undefined) tellEntry(person, version.id, swap, definitions);
      startBySwap(person, { ...version, counted: before }, definitions);
    },
    after: (tx, some) => moveBuildCursor(tx, [version.id], some.at(-1)!),
  });
}
