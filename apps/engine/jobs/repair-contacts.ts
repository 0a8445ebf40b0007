import type { ContactId } from '@entente/kernel';
import { sqlState, takeRepairs, type Tx } from '@entente/storage';
import { reasonOf } from '../data-error';
import type { Definitions } from '../definitions';
import type { Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { passTime, settle } from '../move-person';
import type { Person } from '../person';
import { remake } from '../person-state';

/** Few: while they are made anew their events wait. */
const atOnce = 20;

/**
 * Makes contacts whose evaluation failed, or would have held up others, anew from their stored events. What fails again stays marked, and waits
 * longer each time. Gives whether there was anything to do.
 */
export async function repairContacts(engine: Engine): Promise<boolean> {
  const through = await engine.through.recent(engine.database);
  if (through === undefined) return false;
  const contacts = await takeRepairs(engine.database, engine.clock.now(), atOnce);
  if (contacts.length === 0) return false;
  const remade = new Set<ContactId>();
  await evaluateContacts(engine, {
    contacts,
    begin: () => remade.clear(),
    prepare: async (tx, { persons }, definitions) => {
      for (const person of persons.values())
        if (person.repair !== null && (await isRemade(tx, person, definitions))) remade.add(person.id);
    },
    move: (person, definitions) => {
      if (!remade.has(person.id)) return;
      person.clock = Math.max(person.clock, through);
      settle(person, { kind: 'repair' }, definitions);
      passTime(person, through + 1, through, definitions);
    },
  });
  return true;
}

/** Says of whom it worked; what is wrong with the others is noted. */
async function isRemade(tx: Tx, person: Person, definitions: Definitions): Promise<boolean> {
  try {
    await remake(tx, person, definitions);
    person.repair = null;
    return true;
  } catch (error) {
    if (sqlState(error)) throw error;
    person.repair = reasonOf(error);
    return false;
  }
}
