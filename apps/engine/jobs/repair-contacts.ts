import type { ContactId } from '@entente/kernel';
import { passageNames } from '@entente/event';
import { lastPassages, longerLineagesOf, sqlState, takeRepairs, type Tx } from '@entente/storage';
import { reasonOf } from '../data-error';
import type { Definitions } from '../definitions';
import type { Engine } from '../engine';
import { evaluateContacts } from '../evaluate-contacts';
import { passTime } from '../move-person';
import { settle } from '../settle';
import { toldVersions, type LastTold } from '../passage-event';
import type { Person } from '../person';
import { completeDraft, draftOf, type Draft } from '../remake';

/** From this try on a contact with many events is held while they are read, should it have to be. */
const mostPatient = 4;

/** Few: while they are made anew their events wait. */
const atOnce = 20;

/**
 * Makes contacts whose evaluation failed, or would have held up others, anew from their stored events. What fails again stays marked, and waits
 * longer each time. Gives whether there was anything to do.
 */
export async function repairContacts(engine: Engine): Promise<boolean> {
  const through = await engine.through.recent(engine.database);
  if (through === undefined) return false;
  const repairs = await takeRepairs(engine.database, engine.clock.now(), atOnce);
  if (repairs.length === 0) return false;
  const contacts = repairs.map(({ id }) => id);
  const patient = new Set(repairs.filter(({ tries }) => tries < mostPatient).map(({ id }) => id));
  const drafts = await draftsOf(engine, contacts);
  const remade = new Map<ContactId, LastTold>();
  await evaluateContacts(engine, {
    contacts,
    begin: () => remade.clear(),
    prepare: async (tx, { persons }, definitions) => {
      for (const person of persons.values())
        if (
          person.repair !== null &&
          (await isRemade(tx, person, definitions, drafts.get(person.id), patient))
        )
          remade.set(person.id, await lastTold(tx, person, definitions));
    },
    move: (person, definitions) => {
      const told = remade.get(person.id);
      if (!told) return;
      person.clock = Math.max(person.clock, through);
      settle(person, { kind: 'repair', ...toldVersions(told, definitions) }, definitions);
      passTime(person, through + 1, through, definitions);
    },
  });
  return true;
}

const lastTold = async (tx: Tx, { lineage }: Person, { tellers }: Definitions): Promise<LastTold> =>
  tellers.size > 0 ? lastPassages(tx, lineage, passageNames) : new Map();

/** What their stored events make of them, read while nobody holds them. Of whom that fails there is none. */
async function draftsOf(
  { database, definitions, through }: Engine,
  contacts: readonly ContactId[],
): Promise<Map<ContactId, Draft>> {
  const [current, readThrough] = [await definitions.current(), await through.ofAll(database)];
  const lineages = await longerLineagesOf(database, contacts);
  const drafts = new Map<ContactId, Draft>();
  for (const contact of contacts) {
    const lineage = lineages.get(contact) ?? [contact];
    const draft = await database
      .keyedTransaction((tx) => draftOf(tx, lineage, readThrough, current))
      .catch((error: unknown) => {
        if (sqlState(error)) throw error;
      });
    if (draft) drafts.set(contact, draft);
  }
  return drafts;
}

/**
 * Says of whom it worked; what is wrong with the others is noted. A draft that is of no use is made again while they are held, but of many events
 * that keeps whatever else comes of them waiting: first it is tried again later.
 */
async function isRemade(
  tx: Tx,
  person: Person,
  definitions: Definitions,
  draft: Draft | undefined,
  patient: ReadonlySet<ContactId>,
): Promise<boolean> {
  try {
    const isDone = draft !== undefined && (await completeDraft(tx, person, draft, definitions));
    if (!isDone && draft?.made.last && patient.has(person.id)) return false;
    if (!isDone)
      await completeDraft(tx, person, await draftOf(tx, person.lineage, undefined, definitions), definitions);
    person.repair = null;
    return true;
  } catch (error) {
    if (sqlState(error)) throw error;
    person.repair = reasonOf(error);
    return false;
  }
}
