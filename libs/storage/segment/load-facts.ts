import { toIso, type ContactId, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import type { FactType } from '@entente/event';
import {
  applyTraits,
  COMPANY_CHANGED,
  readTraits,
  traitChangeOf,
  type SourcedTraits,
} from '@entente/profile';
import {
  eventsNamed,
  readsContext,
  rulesOf,
  withContext,
  withCreated,
  type HistoryEvent,
  type KnownFacts,
  type WholeRule,
} from '@entente/segment';
import { sourceRanks } from '../authored/sources';
import { lineagesOf } from '../contact/contacts';
import { named } from '../contact/named';
import { createdAtOf } from '../contact/persons';
import type { Tx } from '../database/database';
import { ruleGround } from '../database/installation';
import { ownSource } from '../outbox';

/** What is known of a person, and what their traits were read from. */
export interface LoadedFacts {
  readonly known: KnownFacts;
  readonly sourced: SourcedTraits;
}

export interface FactsWanted {
  /** Persons: contacts that stand for themselves. */
  readonly contacts: readonly ContactId[];
  /** Events of these names are the history. */
  readonly events: readonly string[];
  /** Whether with their context. */
  readonly context?: boolean;
  /** Whether the traits are wanted too. */
  readonly traits?: boolean;
  /** Only what had arrived by this instant; without it, all that is there. The lineage is that of today. */
  readonly asOf?: Instant;
  /** Persons who have more events than this, or with `asOf` more that set traits, are left out. */
  readonly mostEvents?: number;
}

/** The events that these rules count. */
export function eventsOfRules(...wholes: readonly WholeRule[]): Pick<FactsWanted, 'events' | 'context'> {
  const rules = wholes.flatMap(rulesOf);
  return { events: [...new Set(rules.flatMap(eventsNamed))], context: rules.some(readsContext) };
}

/** What rules see of persons. */
export async function loadFacts(tx: Tx, wanted: FactsWanted): Promise<Map<ContactId, LoadedFacts>> {
  const lineages = await lineagesOf(tx, wanted.contacts);
  const parts: Parts = {
    contacts: [...lineages.values()].flat(),
    survivors: new Map(
      [...lineages].flatMap(([survivor, all]) => all.map((one) => [one, survivor] as const)),
    ),
  };
  const ranks = await sourceRanks(tx);
  const { timeZone } = await ruleGround(tx);
  const sourcedBy = wanted.traits === false ? new Map() : await traitsBy(tx, parts, wanted);
  const created =
    wanted.traits === false ? new Map<ContactId, Instant>() : await creationsOf(tx, parts, wanted);
  const histories = await historiesOf(tx, parts, wanted);
  const { mostEvents = Infinity } = wanted;
  const loaded = wanted.contacts.flatMap((contact): [ContactId, LoadedFacts][] => {
    const history = histories.get(contact) ?? [];
    const sourced = sourcedBy.has(contact) ? sourcedBy.get(contact) : {};
    if (!sourced || history.length > mostEvents) return [];
    const said = readTraits(sourced, ranks);
    const createdAt = created.get(contact);
    const traits = createdAt === undefined ? said : withCreated(said, createdAt);
    return [[contact, { known: { contact, timeZone, traits, history }, sourced }]];
  });
  return new Map(loaded);
}

/** All contacts whose rows count, and the person that each is part of. */
interface Parts {
  readonly contacts: readonly ContactId[];
  readonly survivors: ReadonlyMap<ContactId, ContactId>;
}

/** By person; undefined for whom more events set traits than are read. */
type TraitsBy = Map<ContactId, SourcedTraits | undefined>;

const traitsBy = (tx: Tx, parts: Parts, { asOf, contacts, mostEvents }: FactsWanted) =>
  asOf === undefined ? traitsNow(tx, contacts) : traitsAsOf(tx, parts, asOf, mostEvents);

/** When persons were created, if by then. */
async function creationsOf(tx: Tx, { contacts, survivors }: Parts, { asOf = Infinity }: FactsWanted) {
  const created = new Map<ContactId, Instant>();
  for (const [contact, at] of await createdAtOf(tx, contacts)) {
    const person = survivors.get(contact)!;
    if (at <= asOf) created.set(person, Math.min(at, created.get(person) ?? Infinity));
  }
  return created;
}

async function traitsNow(tx: Tx, persons: readonly ContactId[]): Promise<TraitsBy> {
  const rows = await tx.query<{ contact: ContactId; traits: SourcedTraits }>(
    'SELECT contact_id AS contact, traits FROM profile WHERE contact_id = ANY($1::bigint[])',
    [persons],
  );
  return new Map(rows.map(({ contact, traits }) => [contact, traits]));
}

/** Folds what was said by then, as the profile folds it. */
async function traitsAsOf(tx: Tx, parts: Parts, asOf: Instant, mostEvents?: number): Promise<TraitsBy> {
  const own = await ownSource(tx);
  const rows = await tx.query<{
    contact: ContactId;
    message: Uuid;
    at: Date;
    source: number;
    type: FactType;
    name: string;
    properties: JsonObject;
  }>(
    `SELECT contact, e.* FROM unnest($1::bigint[]) AS contact, LATERAL (
       SELECT message, at, source_id AS source, type, name, properties FROM event
       WHERE contact_id = contact AND arrival <= $2 AND (type = 'identify' OR source_id = $3 AND name = $4)
       ORDER BY message LIMIT $5) AS e`,
    [parts.contacts, toIso(asOf), own, COMPANY_CHANGED, limitOf(mostEvents)],
  );
  const traits: TraitsBy = new Map();
  const counts = new Map<ContactId, number>();
  for (const { contact, at, ...said } of rows) {
    const person = parts.survivors.get(contact)!;
    counts.set(person, (counts.get(person) ?? 0) + 1);
    const change = traitChangeOf({ ...said, at: at.getTime() }, own)!;
    traits.set(person, applyTraits(traits.get(person) ?? {}, change).traits);
  }
  for (const [person, count] of counts) if (count > (mostEvents ?? Infinity)) traits.set(person, undefined);
  return traits;
}

/**
 * One more than may be, so that it is seen when there are more; null is no limit. With an order there is one way to read them, by
 * their key: where one contact has most events, PostgreSQL takes everybody for such, and would look for so many by reading all.
 */
const limitOf = (mostEvents: number | undefined): number | null =>
  mostEvents === undefined ? null : mostEvents + 1;

/** The events of persons. One message that was told of two contacts of a lineage is two of them, as it is for the engine. */
async function historiesOf(
  tx: Tx,
  parts: Parts,
  { events, context = false, asOf, mostEvents }: FactsWanted,
): Promise<Map<ContactId, HistoryEvent[]>> {
  const histories = new Map<ContactId, HistoryEvent[]>();
  if (events.length === 0) return histories;
  const rows = await tx.query<{
    contact: ContactId;
    id: Uuid;
    at: Date;
    name: string;
    properties: JsonObject;
    context: JsonObject | null;
    source: number;
    identify: boolean;
  }>(
    `SELECT contact, e.* FROM unnest($1::bigint[]) AS contact, LATERAL (
       SELECT message AS id, at, name, properties, ${context ? 'context' : 'NULL AS context'}, source_id AS source,
         type = 'identify' AS identify
       FROM event
       WHERE contact_id = contact AND ${named('$2')} AND ($3::timestamptz IS NULL OR arrival <= $3)
       ORDER BY message LIMIT $4) AS e`,
    [parts.contacts, events, asOf === undefined ? null : toIso(asOf), limitOf(mostEvents)],
  );
  const own = await ownSource(tx);
  for (const { contact, at, source, properties, context: around, ...event } of rows) {
    const person = parts.survivors.get(contact)!;
    const one = {
      ...event,
      properties: withContext(properties, around),
      at: at.getTime(),
      own: source === own,
    };
    const history = histories.get(person);
    if (history) history.push(one);
    else histories.set(person, [one]);
  }
  return histories;
}
