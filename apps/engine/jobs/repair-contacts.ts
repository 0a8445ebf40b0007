import { takeRepairs } from '@entente/storage';
import type { Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { passTime, settle } from '../move-person';
import { rebuild } from '../person-state';
import { historyOf } from '../working-set';

/** Few: each comes with its whole history. */
const atOnce = 20;

/**
 * Makes contacts whose evaluation failed anew from their stored events. What fails again stays marked, and waits longer each
 * time. Gives whether there may be more to do.
 */
export async function repairContacts(engine: Engine): Promise<boolean> {
  const through = await engine.through.recent(engine.database);
  if (through === undefined) return false;
  const contacts = await takeRepairs(engine.database, engine.clock.now(), atOnce);
  if (contacts.length === 0) return false;
  await evaluateContacts(engine, {
    contacts,
    histories: true,
    move: (person, definitions, set) => {
      if (person.repair === null) return;
      person.repair = null;
      person.deferred.length = 0;
      rebuild(person, historyOf(person.lineage, set.histories), definitions);
      person.clock = Math.max(person.clock, through);
      settle(person, { kind: 'repair' }, definitions);
      passTime(person, through + 1, through, definitions);
    },
  });
  return contacts.length === atOnce;
}
