import type { IdentityKey } from '@entente/event';
import type { ContactId, Instant } from '@entente/kernel';
import {
  resolveKeys,
  writeLineage,
  writeLinks,
  type LineageChange,
  type StoredEvent,
  type Tx,
} from '@entente/storage';
import { advance, type LogRecord } from '@entente/stream';
import { ArrivedEvent, isSilent, keysOfClaims, readArrivals, type Arrival, type Arrivals } from './arrivals';
import { applyToCompanies, joinsCompany, type JoinedArrival } from './companies';
import type { Definitions } from './definitions';
import type { Engine } from './engine';
import { Happening } from './happening';
import { takeIdentityChanges } from './identities';
import { mergePersons, settleNamed } from './merge-persons';
import { AheadOfLog, applyEvent } from './move-person';
import { survivorAmong } from './person';
import { forAll, StartOver, untilSettled } from './start-over';
import { consumer } from './through';
import { storeNews, whichAreNews } from './store-news';
import { wantedContacts } from './wanted-contacts';
import { takePersons, type WorkingSet } from './working-set';
import { writeBack } from './write-back';

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
    const began = performance.now();
    const { arrivals, ofCompanies } = readArrivals(run.records, definitions);
    const owners = await ownersOf(engine, arrivals);
    await engine.database.keyedTransaction((tx) =>
      applyRun(engine, tx, run, { definitions, arrivals, ofCompanies, histories, ...owners }),
    );
    if (arrivals.length > 0) engine.bustle.note(performance.now() - began);
    if (owners.strangers.size > 0) getToKnow(engine, arrivals, owners);
  });
}

/** From then on those of whom there is an event are stored. */
function getToKnow({ known }: Engine, arrivals: readonly Arrival[], { owners, strangers }: Owners): void {
  for (const [place, { own }] of arrivals.entries())
    if (strangers.has(owners[place]!)) known.add(own, owners[place]!);
}

/** What was found out before the transaction, and the definitions it went by. */
interface Prepared extends Arrivals, Owners {
  readonly definitions: Definitions;
  /** Persons whose stored events turned out to be needed. */
  readonly histories: ReadonlySet<ContactId>;
}

interface Owners {
  /** Of each arrival the contact that its own key first resolved to. */
  readonly owners: readonly ContactId[];
  /** The same for every key of the arrivals that claim others. */
  readonly contacts: ReadonlyMap<IdentityKey, ContactId>;
  /** Those that may not be stored yet. */
  readonly strangers: ReadonlySet<ContactId>;
}

async function ownersOf({ database, known }: Engine, arrivals: readonly Arrival[]): Promise<Owners> {
  const unknown = new Set<IdentityKey>();
  const knownOf = (key: IdentityKey): ContactId | undefined => {
    const contact = known.get(key);
    if (contact === undefined) unknown.add(key);
    return contact;
  };
  const owners = arrivals.map(({ own }) => knownOf(own));
  const claiming = [...keysOfClaims(arrivals)].map((key) => [key, knownOf(key)] as const);
  const found = await resolveKeys(database, [...unknown]);
  return {
    owners: owners.map((contact, place) => contact ?? found.get(arrivals[place]!.own)!),
    contacts: new Map(claiming.map(([key, contact]) => [key, contact ?? found.get(key)!])),
    strangers: new Set(found.values()),
  };
}

async function applyRun(engine: Engine, tx: Tx, run: RecordRun, prepared: Prepared): Promise<void> {
  const { definitions, arrivals, ofCompanies, owners, contacts } = prepared;
  const events = arrivals.map(({ fact, at }, place) => new ArrivedEvent(fact, at, owners[place]!));
  const [, , others, isNews] = await Promise.all([
    engine.definitions.hold(tx, definitions),
    movePosition(engine, tx, run),
    engine.through.ofPartitions(tx, run.partition),
    whichAreNews(tx, engine.seen, events),
  ]);
  if (arrivals.length === 0)
    return applyToCompanies(tx, { said: ofCompanies, joined: [] }, undefined, definitions);
  const readThrough = Math.min(...others.values());
  const identities = await takeIdentityChanges(tx, arrivals, contacts);
  const wanted = await wantedContacts(tx, { ...prepared, events, identities }, definitions);
  const set = await takePersons(
    tx,
    {
      ...wanted,
      happening: new Happening(events, arrivals.at(-1)!.at),
      late: prepared.histories,
    },
    definitions,
  );
  const joined: JoinedArrival[] = [];
  await forAll(arrivals, (arrival, index) => {
    const event = events[index]!;
    const through = Math.min(readThrough, arrival.at - 1);
    try {
      const named = mergePersons(arrival, identities, set, through, definitions);
      if (isNews[index]) {
        set.histories.get(event.contact)?.push(event);
        applyTo(set, event, isSilent(arrival), through, definitions);
        if (joinsCompany(arrival.fact)) joined.push({ ...arrival, event });
      }
      settleNamed(named, arrival.at, definitions);
    } catch (error) {
      throw error instanceof AheadOfLog ? new MustWait(arrival.position, error.due) : error;
    }
  });
  await Promise.all([
    storeNews(
      tx,
      engine.seen,
      events.filter((_, place) => isNews[place]),
      definitions.commonNames,
    ),
    writeLinks(tx, identities.links),
    writeLineage(tx, lineageChanges(wanted.survivors, set)),
    writeBack(tx, set, definitions, 'earlier'),
  ]);
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

/** Applies an event to the person it belongs to by now, if anything about them depends on it. */
function applyTo(
  set: WorkingSet,
  event: StoredEvent,
  silent: boolean,
  readThrough: Instant,
  definitions: Definitions,
): void {
  const person = set.persons.get(survivorAmong(set.survivors, event.contact));
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
  const changes: LineageChange[] = [];
  for (const [contact, survivor] of set.survivors) {
    if (survivorAmong(before, contact) === survivor) continue;
    const person = set.persons.get(survivor)!;
    changes.push({ contact, survivor, since: person.regroupedAt ?? person.clock });
  }
  return changes;
}
