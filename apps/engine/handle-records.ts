import { eventName, type IdentityKey } from '@entente/event';
import type { ContactId, Instant, Uuid } from '@entente/kernel';
import { tellsOfCompany } from '@entente/profile';
import {
  insertEvents,
  resolveKeys,
  storedContacts,
  survivorsOf,
  writeLineage,
  writeLinks,
  type LineageChange,
  type StoredEvent,
  type Tx,
} from '@entente/storage';
import { advance, type LogRecord } from '@entente/stream';
import {
  eventOf,
  isSilent,
  keysIn,
  propertiesOf,
  readArrivals,
  type Arrival,
  type Arrivals,
} from './arrivals';
import { applyToCompanies, joinsCompany, type JoinedArrival } from './companies';
import type { Definitions } from './definitions';
import type { Engine } from './engine';
import { takeIdentityChanges, type IdentityChanges } from './identities';
import { mergePersons, settleNamed } from './merge-persons';
import { AheadOfLog, applyEvent } from './move-person';
import { StartOver, untilSettled } from './start-over';
import { consumer } from './through';
import { enrollmentsBy } from './walk-campaigns';
import { takePersons, writeBack, type Wanted, type WorkingSet } from './working-set';

/** Consecutive records of one partition, to be handled from its stored position. */
export interface RecordRun {
  readonly partition: number;
  readonly from: bigint;
  readonly records: readonly LogRecord[];
}

/** A record must wait until the other partitions have been read through an instant before it. */
export class MustWait extends Error {
  constructor(
    readonly position: bigint,
    readonly due: Instant,
  ) {
    super('a change is due before this record that other partitions may still have something to say about');
  }
}

/** Everything a run of records means, in one transaction with the position. */
export async function handleRecords(engine: Engine, run: RecordRun): Promise<void> {
  await untilSettled(async (histories) => {
    const definitions = await engine.definitions.latest();
    const { arrivals, ofCompanies } = readArrivals(run.records, definitions);
    const contacts = await resolveKeys(engine.database, keysIn(arrivals));
    await engine.database.transaction((tx) =>
      applyRun(engine, tx, run, { definitions, arrivals, ofCompanies, contacts, histories }),
    );
  });
}

/** What was found out before the transaction, and the definitions it went by. */
interface Prepared extends Arrivals {
  readonly definitions: Definitions;
  readonly contacts: ReadonlyMap<IdentityKey, ContactId>;
  /** Persons whose stored events turned out to be needed. */
  readonly histories: ReadonlySet<ContactId>;
}

async function applyRun(engine: Engine, tx: Tx, run: RecordRun, prepared: Prepared): Promise<void> {
  const { definitions, arrivals, ofCompanies, contacts } = prepared;
  await engine.definitions.hold(tx, definitions);
  await movePosition(engine, tx, run);
  if (arrivals.length === 0)
    return applyToCompanies(tx, { said: ofCompanies, joined: [] }, undefined, definitions);
  const others = await engine.through.ofPartitions(tx, run.partition);
  const readThrough = Math.min(...others.values());
  const identities = await takeIdentityChanges(tx, arrivals);
  const events = arrivals.map((arrival) => eventOf(arrival, contacts.get(arrival.own)!));
  const wanted = await wantedContacts(tx, arrivals, contacts, identities, definitions);
  const beginnings = beginningsOf(events, wanted.survivors, definitions);
  const set = await takePersons(
    tx,
    { ...wanted, beginnings, histories: new Set([...wanted.histories, ...prepared.histories]) },
    definitions,
  );
  const fresh = await insertEvents(tx, firstCopies(events));
  const joined: JoinedArrival[] = [];
  arrivals.forEach((arrival, index) => {
    const event = events[index]!;
    const through = Math.min(readThrough, arrival.at - 1);
    try {
      const named = mergePersons(arrival, identities, set, through, definitions);
      if (fresh.delete(eventKey(event))) {
        set.histories.get(event.contact)?.push(event);
        applyTo(set, event, isSilent(arrival), through, definitions);
        if (joinsCompany(arrival.fact)) joined.push({ ...arrival, event });
      }
      settleNamed(named, arrival.at, definitions);
    } catch (error) {
      throw error instanceof AheadOfLog ? new MustWait(arrival.position, error.due) : error;
    }
  });
  await writeLinks(tx, identities.links);
  await writeLineage(tx, lineageChanges(wanted.survivors, set));
  await writeBack(tx, set, definitions, 'earlier');
  await applyToCompanies(tx, { said: ofCompanies, joined }, set, definitions);
}

/** Everything that arrived before the last record's millisecond is consumed; within it more may still arrive. */
async function movePosition(engine: Engine, tx: Tx, run: RecordRun): Promise<void> {
  const last = run.records.at(-1)!;
  await advance(tx, {
    consumer,
    topic: engine.stream.topic,
    partition: run.partition,
    from: run.from,
    next: last.position + 1n,
    through: last.arrival - 1,
  });
}

/** Who must be locked and evaluated: whom an event touches, who is new, and whoever a change of identity moves. */
async function wantedContacts(
  tx: Tx,
  arrivals: readonly Arrival[],
  contacts: ReadonlyMap<IdentityKey, ContactId>,
  identities: IdentityChanges,
  definitions: Definitions,
): Promise<Wanted> {
  const owners = arrivals.map((arrival) => contacts.get(arrival.own)!);
  const known = await survivorsOf(tx, [...new Set(owners)]);
  const survivors = new Map([...known, ...identities.survivors]);
  const named = [...identities.changes.values()].flatMap((change) => change.named);
  const stored = await storedContacts(tx, [...new Set([...survivors.values(), ...named])]);
  const moved = movedContacts(identities);
  const first = arrivals[0]!.at;
  const wanted = new Map<ContactId, Instant>([...moved].map((contact) => [contact, first]));
  for (const contact of named) if (!stored.has(contact)) wanted.set(contact, first);
  arrivals.forEach((arrival, index) => {
    const survivor = survivors.get(owners[index]!)!;
    if (wanted.has(survivor) || (stored.has(survivor) && !isTouching(arrival, definitions))) return;
    wanted.set(survivor, arrival.at);
  });
  return { contacts: wanted, survivors, histories: moved };
}

/** By person, the enrollments that events may begin. */
function beginningsOf(
  events: readonly StoredEvent[],
  survivors: ReadonlyMap<ContactId, ContactId>,
  definitions: Definitions,
): Map<ContactId, Uuid[]> {
  const beginnings = new Map<ContactId, Uuid[]>();
  for (const event of events.filter(({ name }) => definitions.triggers.has(name))) {
    const person = survivors.get(event.contact)!;
    beginnings.set(person, [...(beginnings.get(person) ?? []), ...enrollmentsBy(event, definitions)]);
  }
  return beginnings;
}

/** Contacts that become part of somebody else, with whom they leave and whom they join. */
function movedContacts({ changes, survivors }: IdentityChanges): Set<ContactId> {
  const moves = [...changes.values()].flatMap(({ moved }) => [...moved]);
  return new Set(moves.flatMap(([contact, survivor]) => [contact, survivors.get(contact)!, survivor]));
}

const isTouching = ({ fact }: Arrival, definitions: Definitions): boolean =>
  fact.type === 'identify' ||
  joinsCompany(fact) ||
  tellsOfCompany(fact, definitions.ownSource) ||
  definitions.triggers.has(eventName(fact)) ||
  definitions.book.touchedBy({
    name: eventName(fact),
    properties: propertiesOf(fact),
    own: fact.source === definitions.ownSource,
  });

const eventKey = (event: StoredEvent): string => `${event.contact} ${event.message}`;

const firstCopies = (events: readonly StoredEvent[]): StoredEvent[] => {
  const copies = new Map<string, StoredEvent>();
  for (const event of events) if (!copies.has(eventKey(event))) copies.set(eventKey(event), event);
  return [...copies.values()];
};

/** Applies an event to the person it belongs to by now, if anything about them depends on it. */
function applyTo(
  set: WorkingSet,
  event: StoredEvent,
  silent: boolean,
  readThrough: Instant,
  definitions: Definitions,
): void {
  const person = set.persons.get(set.survivors.get(event.contact)!);
  if (!person || person.erased || person.repair !== null) return;
  try {
    applyEvent(person, event, silent, readThrough, definitions);
  } catch (error) {
    if (error instanceof StartOver) throw error;
    person.repair = error instanceof Error ? error.message : String(error);
  }
}

/** Who is part of somebody else than before, since the instant at which that person was made anew. */
function lineageChanges(before: ReadonlyMap<ContactId, ContactId>, set: WorkingSet): LineageChange[] {
  const moved = [...set.survivors].filter(
    ([contact, survivor]) => (before.get(contact) ?? contact) !== survivor,
  );
  return moved.map(([contact, survivor]) => {
    const person = set.persons.get(survivor)!;
    return { contact, survivor, since: person.regroupedAt ?? person.clock };
  });
}
