import { DAY, type Duration, type Instant, type Json, type JsonObject, type Uuid } from '@entente/kernel';
import type { EventNames } from '../event-names';
import type { Filter } from '../comparisons/filter';
import type { SeriesState } from '../state/series-state';

/** Events that a memory is fed: those of some names that pass one fixed filter. */
export interface Feed {
  readonly event: EventNames;
  /** Only what Entente itself tells. */
  readonly own?: true;
  /** Only identify calls. */
  readonly identify?: true;
  /** Only those that have this property, be it null. */
  readonly has?: string;
  readonly where?: Filter;
}

/** An event as a memory takes it. */
export interface Item {
  readonly at: Instant;
  readonly id: Uuid;
  /** Which of the memory's feeds have it, by their places, ascending. */
  readonly feeds: readonly number[];
  readonly properties: JsonObject;
  /** Its properties at the memory's paths. */
  readonly picked: readonly (Json | undefined)[];
}

/** One way of remembering events. What it keeps is the same for every order in which the same events are added. */
export interface MemoryKind<Kept extends Json, Options extends Json = null> {
  readonly name: string;
  /** Changes when the meaning of `Kept` does, so that state of another meaning is never taken for it. */
  readonly meaning: number;
  /** One more event, at whatever place in time; 'recompute' when what is kept does not tell what it would be then. */
  add(kept: Kept | undefined, item: Item, size: number, options: Options): Kept | 'recompute';
  /** Whether, where nothing is picked, it takes nothing of an event but its instant: no id, and no order within a millisecond. */
  readonly instantsOnly?: true;
  /** What many events leave, given in event order. */
  of(items: readonly Item[], size: number, options: Options): Kept;
  /** Whether this was kept for no smaller size. */
  suffices(kept: Kept, size: number): boolean;
  /** How many values a contact's events are reckoned to leave. */
  holds(size: number, options: Options): number;
}

/** Where every event so long ago is kept one a day is reckoned with, of a year at most: the rule does not say how many there are. */
export const heldIn = (back: Duration): number => Math.min(Math.ceil(back / DAY), 366);

/** What a condition asks to be remembered. Conditions that ask for the same, whatever the size, share one memory. */
export interface Remembered<Kept extends Json, Options extends Json> {
  readonly kind: MemoryKind<Kept, Options>;
  readonly feeds: readonly Feed[];
  readonly options: Options;
  /** Dot paths of the properties that are picked. */
  readonly picks?: readonly string[];
  /** How much is kept, in what the kind counts by: of several sizes the largest. */
  readonly size: number;
}

/** A memory as the book has it. */
export interface Memory<Kept extends Json = Json> {
  readonly key: string;
  readonly feeds: readonly Feed[];
  /** How many values it is reckoned to keep of a contact. */
  readonly holds: number;
  /** What is kept for a contact; undefined when none of its events were fed. */
  in(state: SeriesState): Kept | undefined;
}
