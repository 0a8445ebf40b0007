import {
  endTelling,
  isAnybodyToBeTold,
  isOutboxLong,
  joinedAfter,
  moveTelling,
  takeLease,
  takeTellings,
  tellOfCompanies,
  type CompanyTelling,
  type Tx,
} from '@entente/storage';
import { SECOND, type Duration } from '@entente/kernel';
import { chunkSize, leaseLength, type Engine } from '../engine';

/** Companies that one transaction tells of. */
const companiesAtOnce = 50;

/** How far behind the stream may be for more to be put into it. */
const mostBehind: Duration = SECOND / 2;

/**
 * Tells contacts of what has changed of their companies, a chunk at a time and never more than the outbox and the stream
 * keep up with. A change during a walk begins a walk of its own after it. Gives whether there is more to do.
 */
export async function tellCompanies(engine: Engine): Promise<boolean> {
  const { database, clock } = engine;
  if (!(await isAnybodyToBeTold(database))) return false;
  if (!(await takeLease(database, 'tell-companies', engine.id, leaseLength))) return false;
  if (await isOutboxLong(database, 2 * chunkSize)) return true;
  if ((await engine.through.atLeast(database, clock.now() - mostBehind)) === undefined) return true;
  await database.transaction(tellChunk);
  return true;
}

async function tellChunk(tx: Tx): Promise<void> {
  let room = chunkSize;
  for (const walk of await takeTellings(tx, companiesAtOnce)) {
    if (room <= 0) return;
    room -= await tellSome(tx, walk, room);
  }
}

/** What is told is the company of now, so that whoever is told last knows the newest. */
async function tellSome(tx: Tx, walk: CompanyTelling, limit: number): Promise<number> {
  const contacts = await joinedAfter(tx, walk.id, walk.cursor, limit);
  await tellOfCompanies(
    tx,
    contacts.map((joined) => ({ joined, company: walk, at: walk.at, cause: walk.cause })),
  );
  if (contacts.length < limit) await endTelling(tx, walk.id);
  else await moveTelling(tx, walk.id, contacts.at(-1)!.contact);
  return contacts.length;
}
