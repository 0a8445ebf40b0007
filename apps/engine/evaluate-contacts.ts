import type { ContactId, Instant } from '@entente/kernel';
import { markForRepair, otherSurvivorsOf, type Tx } from '@entente/storage';
import { isDataError, reasonOf } from './data-error';
import type { Definitions } from './definitions';
import type { Engine } from './engine';
import { AheadOfLog } from './move-person';
import type { Person } from './person';
import { takePersons, type WorkingSet } from './working-set';
import { writeBack } from './write-back';
import { forAll, StartOver, untilSettled } from './start-over';

/** A stimulus other than an event, for contacts that are stored already. */
export interface Evaluation {
  readonly contacts: readonly ContactId[];
  /** Until when time has passed for whoever has nothing due by then; all partitions were read through it. */
  readonly passed?: Instant;
  /** Before anything is moved; a transaction that has to start over begins with it again. */
  readonly begin?: (definitions: Definitions) => void;
  /** Reads what else is needed to move them. */
  readonly prepare?: (tx: Tx, set: WorkingSet, definitions: Definitions) => Promise<void>;
  /** Moves one person who does not wait for repair; what it throws marks that person for repair and stops nobody else. */
  readonly move: (person: Person, definitions: Definitions, set: WorkingSet) => void;
  /** What else belongs to the transaction of these contacts, which may be some of those given. */
  readonly after?: (tx: Tx, contacts: readonly ContactId[], set: WorkingSet) => Promise<void>;
}

/**
 * Takes contacts, moves each person, writes back, in one transaction. Where that fails for what is in it, the contacts are
 * halved until the one to blame stands alone, and is marked for repair.
 */
export async function evaluateContacts(engine: Engine, evaluation: Evaluation): Promise<void> {
  const { contacts } = evaluation;
  try {
    await evaluateAtOnce(engine, evaluation);
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (contacts.length === 1) {
      engine.report('a contact could not be evaluated', error, { contact: contacts[0] });
      return giveUp(engine, evaluation, contacts[0]!, reasonOf(error));
    }
    const middle = contacts.length >> 1;
    await evaluateContacts(engine, { ...evaluation, contacts: contacts.slice(0, middle) });
    await evaluateContacts(engine, { ...evaluation, contacts: contacts.slice(middle) });
  }
}

const evaluateAtOnce = (
  engine: Engine,
  { contacts, passed, begin, prepare, move, after }: Evaluation,
): Promise<void> =>
  untilSettled(async (needed) => {
    const definitions = await engine.definitions.latest();
    await engine.database.keyedTransaction(async (tx) => {
      await engine.definitions.hold(tx, definitions);
      begin?.(definitions);
      const survivors = await otherSurvivorsOf(tx, contacts);
      const wanted = new Map([...contacts, ...survivors.values()].map((contact) => [contact, undefined]));
      const set = await takePersons(
        tx,
        { contacts: wanted, survivors, histories: new Set(), late: needed, passed },
        definitions,
      );
      await prepare?.(tx, set, definitions);
      await forAll(set.persons.values(), (person) => moveSafely(person, move, definitions, set));
      await writeBack(tx, set, definitions, 'exact');
      await after?.(tx, contacts, set);
    });
  });

function moveSafely(
  person: Person,
  move: Evaluation['move'],
  definitions: Definitions,
  set: WorkingSet,
): void {
  if (person.repair !== null) return;
  try {
    move(person, definitions, set);
  } catch (error) {
    if (error instanceof AheadOfLog || error instanceof StartOver) throw error;
    person.repair = reasonOf(error);
  }
}

async function giveUp(
  engine: Engine,
  { contacts, after }: Evaluation,
  id: ContactId,
  repair: string,
): Promise<void> {
  await engine.database.transaction(async (tx) => {
    await markForRepair(tx, [{ id, repair }]);
    await after?.(tx, contacts, NOBODY);
  });
}

const NOBODY: WorkingSet = {
  persons: new Map(),
  survivors: new Map(),
  histories: new Map(),
  created: new Map(),
};
