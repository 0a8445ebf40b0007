import type { ContactId, Instant } from '@entente/kernel';
import {
  endReread,
  moveReread,
  openReread,
  profilesAfter,
  takeLease,
  type ProfileReread,
  type Tx,
} from '@entente/storage';
import type { Definitions } from '../definitions';
import { chunkSize, leaseLength, type Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { nextDue, passTime } from '../move-person';
import { settle } from '../settle';
import type { Person } from '../person';

/**
 * After a change of a source's trust or precedence: reads the profiles anew that it set traits in, with their addresses and
 * memberships, a chunk at a time. Gives whether there is more to do.
 */
export async function rereadProfiles(engine: Engine): Promise<boolean> {
  const { database } = engine;
  const job = await openReread(database);
  if (!job || !(await takeLease(database, 'reread-profiles', engine.id, leaseLength))) return false;
  const through = await engine.through.pastWhatWasDone(database, Math.floor(engine.clock.now() - job.age));
  if (through === undefined) return true;
  const { last, contacts } = await profilesAfter(database, job, chunkSize);
  if (last === undefined) await endReread(database, job);
  else if (contacts.length === 0) await moveReread(database, job, last);
  else await rereadChunk(engine, { job, contacts, last }, through);
  return true;
}

interface Chunk {
  readonly job: ProfileReread;
  readonly contacts: readonly ContactId[];
  /** The last profile that was looked at. */
  readonly last: ContactId;
}

async function rereadChunk(engine: Engine, { job, contacts, last }: Chunk, through: Instant): Promise<void> {
  let place = job;
  const move = async (tx: Tx, some: readonly ContactId[]) => {
    const to = some.at(-1) === contacts.at(-1) ? last : some.at(-1)!;
    if (!(await moveReread(tx, place, to))) throw new RereadTaken();
    place = { ...place, cursor: to };
  };
  await evaluateContacts(engine, {
    contacts,
    move: (person, definitions) => reread(person, through, definitions),
    after: move,
  }).catch((error: unknown) => {
    if (!(error instanceof RereadTaken)) throw error;
  });
}

/** What time changes comes after what the ranks change, which starts nothing. */
function reread(person: Person, through: Instant, definitions: Definitions): void {
  if (person.erased || person.absorbed || person.repair !== null) return;
  const due = nextDue(person, definitions);
  if (due !== undefined && due <= through) settle(person, { kind: 'build' }, definitions);
  passTime(person, through + 1, through, definitions);
  person.clock = Math.max(person.clock, through);
  person.traitsChanged = true;
  settle(person, { kind: 'build' }, definitions);
}

/** The walk started over, somebody else moved it on, or it was canceled: the chunk is rolled back. */
class RereadTaken extends Error {}
