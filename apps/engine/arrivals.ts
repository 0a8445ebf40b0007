import {
  eventName,
  eventTime,
  keysOf,
  messageKey,
  readFact,
  type Fact,
  type IdentityKey,
} from '@entente/event';
import type { ContactId, Instant, JsonObject } from '@entente/kernel';
import type { ClaimedLink, StoredEvent } from '@entente/storage';
import { isHeartbeat, type LogRecord } from '@entente/stream';
import type { Definitions } from './definitions';

/** A record of the stream, read: whose it is, what it joins, and the event it becomes. */
export interface Arrival {
  readonly position: bigint;
  readonly at: Instant;
  readonly fact: Fact;
  readonly own: IdentityKey;
  readonly claims: readonly IdentityKey[];
  readonly kind: 'claim' | 'alias' | 'apart';
}

/** Reads the facts of consecutive records; heartbeats carry none. Throws `BadRecord` for what is no fact. */
export function readArrivals(records: readonly LogRecord[], definitions: Definitions): Arrival[] {
  return records
    .filter((record) => !isHeartbeat(record))
    .map((record) => {
      const fact = readFact(record.value);
      const trusted = definitions.sources.get(fact.source)?.trusted ?? false;
      return { position: record.position, at: record.arrival, fact, ...keysOf(fact, trusted) };
    });
}

export const keysIn = (arrivals: readonly Arrival[]): IdentityKey[] => [
  ...new Set(arrivals.flatMap((arrival) => [arrival.own, ...arrival.claims])),
];

/** The event of an arrival, under the contact that its key first resolved to. */
export function eventOf(arrival: Arrival, contact: ContactId): StoredEvent {
  const { fact } = arrival;
  return {
    contact,
    message: messageKey(fact.source, fact.messageId),
    at: eventTime(fact, arrival.at),
    arrival: arrival.at,
    source: fact.source,
    type: fact.type,
    name: eventName(fact),
    cause: fact.cause ?? 'event',
    properties: propertiesOf(fact),
    context: fact.context,
  };
}

/** What rules see of a fact: its properties, or the traits it sets. */
export function propertiesOf(fact: Fact): JsonObject {
  switch (fact.type) {
    case 'identify':
      return fact.traits ?? {};
    case 'page':
    case 'screen':
      return fact.name === undefined ? (fact.properties ?? {}) : { ...fact.properties, name: fact.name };
    case 'group':
      return { ...fact.traits, groupId: fact.groupId ?? null };
    case 'alias':
      return { previousId: fact.previousId ?? null, contact: fact.contact ?? [] };
    case 'track':
      return fact.properties ?? {};
  }
}

/** An import starts nothing, unless its author said so. */
export const isSilent = ({ fact }: Arrival): boolean => fact.cause === 'import' && fact.effects !== true;

/** The links an arrival claims, each pair in the order of its texts. */
export function linksOf(arrival: Arrival): ClaimedLink[] {
  const { fact, own, claims, kind } = arrival;
  return claims
    .filter((claim) => !claim.startsWith('id:') && !own.startsWith('id:'))
    .map((claim) => ({
      a: own < claim ? own : claim,
      b: own < claim ? claim : own,
      kind,
      at: eventTime(fact, arrival.at),
      message: messageKey(fact.source, fact.messageId),
      source: fact.source,
    }));
}
