import type { ContactId, Instant, JsonObject, Uuid } from '@entente/kernel';
import { CONTEXT } from './read';

/** One event of a contact, as conditions see it. */
export interface HistoryEvent {
  readonly at: Instant;
  readonly id: Uuid;
  readonly name: string;
  /** With its context below `$context`, where a rule reads that. */
  readonly properties: JsonObject;
  /** Whether Entente itself tells it: nobody else can make it up by sending an event of that name. */
  readonly own?: boolean;
  /** Whether it is an identify call: a track event may bear the same name. */
  readonly identify?: boolean;
}

/** An event's properties as rules see them, with what was around it, in the place of a property of that name. */
export const withContext = (properties: JsonObject, context: JsonObject | null | undefined): JsonObject =>
  context || Object.hasOwn(properties, CONTEXT) ? { ...properties, [CONTEXT]: context ?? null } : properties;

/** What decides which memories an event is fed to. */
export type Happened = Pick<HistoryEvent, 'name' | 'properties' | 'own' | 'identify'>;

/** What is known of one contact. The history has each event once, in any order. */
export interface Facts {
  readonly contact: ContactId;
  readonly traits: JsonObject;
  /** IANA name of the zone whose calendar applies to contacts that name none. */
  readonly timeZone: string;
  readonly history: readonly HistoryEvent[];
  memberOf(segment: string): boolean;
}

/** The order of events: by time, and by id within a millisecond. */
export const inEventOrder = (
  a: Pick<HistoryEvent, 'at' | 'id'>,
  b: Pick<HistoryEvent, 'at' | 'id'>,
): number => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
