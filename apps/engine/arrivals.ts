import {
  eventName,
  eventTime,
  isOfCompany,
  keysOf,
  messageKey,
  propertiesIn,
  readRecord,
  type Fact,
  type FactCause,
  type FactType,
  type IdentityKey,
  type RecordedFact,
} from '@entente/event';
import type { ContactId, Instant, JsonObject, Uuid } from '@entente/kernel';
import type { ClaimedLink, StoredEvent } from '@entente/storage';
import { isHeartbeat, type LogRecord } from '@entente/stream';
import type { Definitions } from './definitions';

/** A record of the stream, read: whose it is, what it joins, and the event it becomes. */
export interface Arrival {
  readonly position: bigint;
  readonly at: Instant;
  readonly fact: RecordedFact;
  readonly own: IdentityKey;
  readonly claims: readonly IdentityKey[];
  readonly kind: 'claim' | 'alias' | 'apart';
}

/** A fact that names a company, at its arrival. */
export interface CompanyArrival {
  readonly at: Instant;
  readonly fact: Fact;
}

/** What consecutive records say: of somebody, and of companies alone. */
export interface Arrivals {
  readonly arrivals: readonly Arrival[];
  readonly ofCompanies: readonly CompanyArrival[];
}

/** Reads the facts of consecutive records; heartbeats carry none. Throws `BadRecord` for what is no fact. */
export function readArrivals(records: readonly LogRecord[], definitions: Definitions): Arrivals {
  const arrivals: Arrival[] = [];
  const ofCompanies: CompanyArrival[] = [];
  for (const record of records) {
    if (isHeartbeat(record)) continue;
    const { position, arrival: at } = record;
    const fact = readRecord(record.value);
    const trusted = definitions.sources.get(fact.source)?.trusted ?? false;
    if (isOfCompany(fact)) {
      ofCompanies.push({ at, fact });
      continue;
    }
    const { own, claims, kind } = keysOf(fact, trusted);
    arrivals.push({ position, at, fact, own, claims, kind });
  }
  return { arrivals, ofCompanies };
}

/** The keys of the arrivals that claim other keys than their own. */
export function keysOfClaims(arrivals: readonly Arrival[]): Set<IdentityKey> {
  const keys = new Set<IdentityKey>();
  for (const { own, claims } of arrivals)
    if (claims.length > 0) for (const key of [own, ...claims]) keys.add(key);
  return keys;
}

/** The event of an arrival, under the contact that its key first resolved to; the properties are parsed when somebody asks for them. */
export class ArrivedEvent implements StoredEvent {
  readonly message: Uuid;
  readonly at: Instant;
  readonly arrival: Instant;
  readonly source: number;
  readonly type: FactType;
  readonly name: string;
  readonly cause: string;
  readonly context: JsonObject | undefined;
  private parsed: JsonObject | undefined;

  constructor(
    private readonly fact: RecordedFact,
    arrival: Instant,
    readonly contact: ContactId,
  ) {
    this.message = messageKey(fact.source, fact.messageId);
    this.at = eventTime(fact, arrival);
    this.arrival = arrival;
    this.source = fact.source;
    this.type = fact.type;
    this.name = eventName(fact);
    this.cause = fact.cause ?? 'event';
    this.context = fact.context;
  }

  get properties(): JsonObject {
    return (this.parsed ??= propertiesOf(this.fact));
  }

  get propertiesJson(): string {
    const { type, propertiesJson } = this.fact;
    return type === 'track' && propertiesJson !== undefined
      ? propertiesJson
      : JSON.stringify(this.properties);
  }
}

/** What rules see of a fact: its properties, or the traits it sets. */
export function propertiesOf(fact: RecordedFact): JsonObject {
  switch (fact.type) {
    case 'identify':
      return fact.traits ?? {};
    case 'page':
    case 'screen':
      return { ...propertiesIn(fact), ...(fact.name !== undefined && { name: fact.name }) };
    case 'group':
      return { ...fact.traits, groupId: fact.groupId ?? null };
    case 'alias':
      return { previousId: fact.previousId ?? null, contact: fact.contact ?? [] };
    case 'track':
      return propertiesIn(fact) ?? {};
  }
}

/** Why a fact came, as far as that keeps it from starting campaigns: an import starts nothing, unless its author said so. */
export const causeOf = ({ cause = 'event', effects }: Fact): FactCause => (effects ? 'event' : cause);

export const isSilent = ({ fact }: Arrival): boolean => causeOf(fact) !== 'event';

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
