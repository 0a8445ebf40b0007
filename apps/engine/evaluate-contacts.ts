import type { ContactId, Instant } from '@entente/kernel';
import { survivorsOf, type Tx } from '@entente/storage';
import type { Definitions } from './definitions';
import { untilSettled, type Engine } from './engine';
import { AheadOfLog } from './move-person';
import type { Person } from './person';
import { takePersons, writeBack, type WorkingSet } from './working-set';

/** A stimulus other than an event, for contacts that are stored already. */
export interface Evaluation {
  readonly contacts: readonly ContactId[];
  /** Whether their stored events are needed. */
  readonly histories: boolean;
  /** Moves one person; what it throws marks that person for repair and stops nobody else. */
  readonly move: (person: Person, definitions: Definitions, set: WorkingSet) => void;
  /** What else belongs to the same transaction, before and after. */
  readonly before?: (tx: Tx, definitions: Definitions) => Promise<void>;
  readonly after?: (tx: Tx, definitions: Definitions, set: WorkingSet) => Promise<void>;
}

/** Takes contacts, moves each person, writes back, in one transaction. */
export async function evaluateContacts(engine: Engine, evaluation: Evaluation): Promise<void> {
  const { contacts, histories, before, after } = evaluation;
  await untilSettled(() =>
    engine.database.transaction(async (tx) => {
      const definitions = await engine.definitions.current(tx);
      await before?.(tx, definitions);
      const survivors = await survivorsOf(tx, contacts);
      const wanted = new Map<ContactId, Instant>([...survivors].flat().map((contact) => [contact, 0]));
      const set = await takePersons(
        tx,
        { contacts: wanted, survivors, histories: new Set(histories ? wanted.keys() : []) },
        definitions,
      );
      for (const person of set.persons.values()) moveSafely(person, evaluation, definitions, set);
      await writeBack(tx, set, definitions, 'exact');
      await after?.(tx, definitions, set);
    }),
  );
}

function moveSafely(person: Person, evaluation: Evaluation, definitions: Definitions, set: WorkingSet): void {
  try {
    evaluation.move(person, definitions, set);
  } catch (error) {
    if (error instanceof AheadOfLog) throw error;
    person.repair = error instanceof Error ? error.message : String(error);
  }
}
