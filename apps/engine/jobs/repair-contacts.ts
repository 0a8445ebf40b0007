import { contactsToRepair } from '@entente/storage';
import type { Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { passTime, rebuild, settle } from '../move-person';
import { historyOf } from '../working-set';

const atOnce = 100;

/** Makes contacts whose evaluation failed anew from their stored events. What fails again stays marked. */
export async function repairContacts(engine: Engine): Promise<void> {
  const through = await engine.through.recent(engine.database);
  if (through === undefined) return;
  const contacts = await contactsToRepair(engine.database, atOnce);
  if (contacts.length === 0) return;
  await evaluateContacts(engine, {
    contacts,
    histories: true,
    move: (person, definitions, set) => {
      if (person.repair === null) return;
      person.repair = null;
      rebuild(person, historyOf(person.lineage, set.histories), definitions);
      person.clock = Math.max(person.clock, through);
      settle(person, { kind: 'repair' }, definitions);
      passTime(person, through + 1, through, definitions);
    },
  });
}
