import type { ContactId, Instant } from '@entente/kernel';
import { dueTimers, earliestDue, removeStrays } from '@entente/storage';
import { chunkSize, type Engine } from './engine';
import { evaluateContacts } from './evaluate-contacts';
import { passTime } from './move-person';

/**
 * Lets happen what time alone causes in these buckets, as far as every partition has been read: so that after an outage "no
 * order within an hour" waits for the orders in the backlog. Takes the most overdue contacts, and gives the instant of the
 * next timer, which may be long past when there are more.
 */
export async function fireTimers(engine: Engine, buckets: readonly number[]): Promise<Instant | undefined> {
  const through = await engine.through.ofAll(engine.database);
  const due = through === -Infinity ? [] : await dueTimers(engine.database, buckets, through, chunkSize);
  if (due.length > 0) {
    const began = performance.now();
    await letTimePass(
      engine,
      due.map(({ contact }) => contact),
      through,
    );
    engine.bustle.note(performance.now() - began);
  }
  const next = await earliestDue(engine.database, buckets);
  // The most overdue one should be gone: it may be a stray, which would be fired without end.
  if (next !== undefined && next === due[0]?.due) await removeStrays(engine.database, due);
  if (next !== undefined && next > through && next <= engine.clock.now())
    await engine.through.urge(engine.database, next);
  return next;
}

/** A timer may have been too early: then nothing happens, and it is set to the right instant. */
export const letTimePass = (
  engine: Engine,
  contacts: readonly ContactId[],
  through: Instant,
): Promise<void> =>
  evaluateContacts(engine, {
    contacts,
    move: (person, definitions) => passTime(person, through + 1, through, definitions),
  });
