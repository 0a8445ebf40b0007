import type { Instant, JsonObject, Uuid } from '@entente/kernel';

/** One event of a contact, as conditions see it. */
export interface HistoryEvent {
  readonly at: Instant;
  readonly id: Uuid;
  readonly name: string;
  readonly properties: JsonObject;
}

/** What is known of one contact. The history has each event once, in any order. */
export interface Facts {
  readonly traits: JsonObject;
  readonly history: readonly HistoryEvent[];
  memberOf(segment: string): boolean;
}
