import { passageNames } from '@entente/event';
import type { JsonObject } from '@entente/kernel';
import {
  applyTraits,
  COMPANY_CHANGED,
  readTraits,
  traitChangeOf,
  type SourcedTraits,
} from '@entente/profile';
import {
  inEventOrder,
  mayMean,
  withContext,
  withCreated,
  type HistoryEvent,
  type SeriesState,
} from '@entente/segment';
import { eventKey, type EventsAsked, type PastEvent, type StoredEvent } from '@entente/storage';
import type { Definitions } from './definitions';
import { limits, TOO_MANY } from './limits';
import type { Person } from './person';
import { NeedsHistory } from './start-over';

/** An event as rules see it. */
export const historyEvent = (event: PastEvent, { book, ownSource }: Definitions): HistoryEvent => ({
  at: event.at,
  id: event.message,
  name: event.name,
  properties: book.readsContext ? withContext(event.properties, event.context) : event.properties,
  own: event.source === ownSource,
  identify: event.type === 'identify',
});

/** A person's traits as rules see them. */
export function viewOf(
  { traits, createdAt }: Pick<Person, 'traits' | 'createdAt'>,
  { readsCreated, sources }: Definitions,
): JsonObject {
  const view = readTraits(traits, sources.values());
  return readsCreated ? withCreated(view, createdAt) : view;
}

const NOTHING: readonly [] = [];

/** Takes over the traits that an event sets; gives the names of those that changed. */
export function setTraits(person: Person, event: StoredEvent, definitions: Definitions): readonly string[] {
  const change = traitChangeOf(event, definitions.ownSource);
  const result = change && applyTraits(person.traits, change);
  if (!result || result.changed.length === 0) return NOTHING;
  person.traits = result.traits;
  person.traitsChanged = true;
  person.view = viewOf(person, definitions);
  return result.changed;
}

/** Adds stored events of contacts that are part of a person from now on; gives the versions whose truth they may change. */
export function takeIn(
  person: Person,
  stored: readonly StoredEvent[],
  definitions: Definitions,
): readonly number[] {
  const { book } = definitions;
  const traits = stored.flatMap((event) => setTraits(person, event, definitions));
  const happened = stored.map((event) => historyEvent(event, definitions)).sort(inEventOrder);
  for (const event of happened) {
    const folded = book.fold(person.state, event);
    if (folded === 'recompute') {
      refold(person, definitions);
      break;
    }
    person.state = folded;
  }
  return [...happened.flatMap((event) => book.affectedByEvent(event)), ...book.affectedByTraits(traits)];
}

/** Makes a person anew from what is stored of their lineage, as of now. */
export function rebuild(person: Person, history: readonly StoredEvent[], definitions: Definitions): void {
  let traits: SourcedTraits = {};
  for (const event of history) {
    const change = traitChangeOf(event, definitions.ownSource);
    if (change) traits = applyTraits(traits, change).traits;
  }
  person.traits = traits;
  person.traitsChanged = true;
  person.view = viewOf(person, definitions);
  person.state = stateOf(history, definitions);
}

/** The events that states and profiles are made of; identify calls are, too. */
export const eventsAsked = ({ book, tellers }: Definitions): EventsAsked => ({
  names: [...book.eventNames, COMPANY_CHANGED, ...(tellers.size > 0 ? passageNames : [])],
  context: book.readsContext,
});

/**
 * What a person's state is made of, of the events of some names, for one that came late. Throws for whoever would take too much of a transaction
 * that has others' events, too: it is then made anew aside. Its stored events were loaded.
 */
export function pastOf(person: Person, names: ReadonlySet<string>, definitions: Definitions): HistoryEvent[] {
  const past = appliedOf(person, person.history!()).filter(({ name }) => mayMean(names, name));
  person.goneThrough += past.length;
  if (person.goneThrough > limits.goneThrough) throw new Error(TOO_MANY);
  return past.map((event) => historyEvent(event, definitions));
}

/** Throws `NeedsHistory` where an event came too late for what is kept, and the stored events were not loaded. */
export function foldEvent(person: Person, event: HistoryEvent, definitions: Definitions): void {
  const { book } = definitions;
  const folded = person.history
    ? book.fold(person.state, event, (names) => pastOf(person, names, definitions))
    : book.fold(person.state, event);
  if (folded === 'recompute') throw new NeedsHistory(person.id);
  person.state = folded;
}

/** Makes a person's state of the stored events, but for those that are deferred. Throws `NeedsHistory` where they were not loaded. */
export function refold(person: Person, definitions: Definitions): void {
  if (!person.history) throw new NeedsHistory(person.id);
  person.state = stateOf(appliedOf(person, person.history()), definitions);
}

/** Gives a person's state what it lacks, of the stored events that it is made of. */
export function fillIn(
  person: Person,
  lacked: ReadonlySet<string>,
  past: readonly PastEvent[],
  definitions: Definitions,
): void {
  const history = appliedOf(person, past).map((event) => historyEvent(event, definitions));
  person.state = definitions.book.fill(person.state, lacked, history);
}

/** Those of a person's stored events that are not deferred. */
export function appliedOf<Event extends PastEvent>(
  { deferred }: Person,
  history: readonly Event[],
): readonly Event[] {
  if (deferred.length === 0) return history;
  const waiting = new Set(deferred.map(({ event }) => eventKey(event)));
  return history.filter((event) => !waiting.has(eventKey(event)));
}

const stateOf = (history: readonly StoredEvent[], definitions: Definitions): SeriesState =>
  definitions.book.foldAll(history.map((event) => historyEvent(event, definitions)));
