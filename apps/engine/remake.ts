import type { ContactId, Instant } from '@entente/kernel';
import { applyTraits, traitChangeOf, type SourcedTraits } from '@entente/profile';
import { inEventOrder, type SeriesState } from '@entente/segment';
import { eventKey, eventsAfter, historyInOrder, type StoredEvent, type Tx } from '@entente/storage';
import type { Definitions } from './definitions';
import type { Person } from './person';
import { historyEvent, eventsAsked, viewOf } from './person-state';
import { forAll } from './start-over';

/** So many events, the last ones, wait for others that may come among them. */
const tailSize = 5_000;

/** What stored events make of a person whose row nobody holds, so that nobody waits while they are read, however many they are. */
export interface Draft {
  readonly definitions: Definitions;
  readonly lineage: readonly ContactId[];
  /** Of all events but the last ones. */
  readonly made: Made;
  readonly tail: readonly StoredEvent[];
  /** All that arrived up to then was read; absent: nothing more can come. */
  readonly through: Instant | undefined;
  /** The keys of the events that arrived later and were read. */
  readonly known: ReadonlySet<string>;
}

interface Made {
  readonly state: SeriesState;
  readonly traits: SourcedTraits;
  readonly last: StoredEvent | undefined;
  /** When the newest of them arrived. */
  readonly newest: Instant;
}

/** Reads the events in order, page by page. Within a transaction that holds the person, without `through`. */
export async function draftOf(
  tx: Tx,
  lineage: readonly ContactId[],
  through: Instant | undefined,
  definitions: Definitions,
): Promise<Draft> {
  const tail: StoredEvent[] = [];
  const known = new Set<string>();
  let made: Made = { state: definitions.book.emptyState(), traits: {}, last: undefined, newest: -Infinity };
  for await (const page of historyInOrder(tx, lineage, eventsAsked(definitions))) {
    for (const event of page)
      if (through !== undefined && event.arrival > through) known.add(eventKey(event));
    tail.push(...page);
    if (tail.length >= 2 * tailSize)
      made = await goOn(made, tail.splice(0, tail.length - tailSize), definitions);
  }
  return { definitions, lineage, made, tail, through, known };
}

/**
 * Makes a person what a draft and what has come since make of them: nothing is deferred any more. Gives whether it could: not where who is part of
 * them or the definitions have changed, or something came that belongs before the last events.
 */
export async function completeDraft(
  tx: Tx,
  person: Person,
  { lineage, made, tail, through, known, ...draft }: Draft,
  definitions: Definitions,
): Promise<boolean> {
  if (draft.definitions.generation !== definitions.generation) return false;
  if (lineage.join() !== person.lineage.join()) return false;
  const later =
    through === undefined ? [] : await eventsAfter(tx, lineage, eventsAsked(definitions), through);
  const news = later.filter((event) => !known.has(eventKey(event)));
  if (made.last && news.some((event) => inOrder(event, made.last!) < 0)) return false;
  const { state, traits, newest } = await goOn(made, [...tail, ...news].sort(inOrder), definitions);
  Object.assign(person, {
    state,
    traits,
    traitsChanged: true,
    lacks: false,
    generation: definitions.generation,
  });
  person.view = viewOf(person, definitions);
  // Of what has not happened yet by its clock nobody would know that it comes true.
  person.clock = Math.max(person.clock, newest);
  person.deferred.length = 0;
  return true;
}

async function goOn(made: Made, events: readonly StoredEvent[], definitions: Definitions): Promise<Made> {
  const { book, ownSource } = definitions;
  let { state, traits, last, newest } = made;
  await forAll(events, (event) => {
    const change = traitChangeOf(event, ownSource);
    if (change) traits = applyTraits(traits, change).traits;
    const folded = book.fold(state, historyEvent(event, definitions));
    if (folded === 'recompute') throw new Error('events in order do not tell the state');
    state = folded;
    last = event;
    newest = Math.max(newest, event.arrival);
  });
  return { state, traits, last, newest };
}

const inOrder = (a: StoredEvent, b: StoredEvent): number =>
  inEventOrder({ at: a.at, id: a.message }, { at: b.at, id: b.message });
