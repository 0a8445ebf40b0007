import type { ContactId, Instant, Uuid } from '@entente/kernel';
import { tellsOfCompany } from '@entente/profile';
import { otherSurvivorsOf, storedContacts, type StoredEvent, type Tx } from '@entente/storage';
import type { Arrival } from './arrivals';
import { joinsCompany } from './companies';
import type { Definitions } from './definitions';
import type { IdentityChanges } from './identities';
import { survivorAmong } from './person';
import { historyEvent } from './person-state';
import { enrollmentsBy } from './walk-campaigns';
import type { Wanted } from './working-set';

/** Arrivals in their order, with the event of each, and what they change of who is who. */
interface Batch {
  readonly arrivals: readonly Arrival[];
  readonly events: readonly StoredEvent[];
  /** The contacts that may not be stored yet. */
  readonly strangers: ReadonlySet<ContactId>;
  readonly identities: IdentityChanges;
}

/** Who must be locked and evaluated: whom an event touches, who is new, and whoever a change of identity moves. */
export async function wantedContacts(
  tx: Tx,
  { arrivals, events, strangers, identities }: Batch,
  definitions: Definitions,
): Promise<Wanted> {
  const concerned = concernsOf(events, arrivals, strangers, definitions);
  const survivors = await otherSurvivorsOf(tx, [...concerned.keys()]);
  for (const [contact, survivor] of identities.survivors) survivors.set(contact, survivor);
  const named = [...identities.changes.values()].flatMap((change) => change.named);
  const isStored = await storedTest(tx, concerned, strangers, survivors, named);
  const { moving, regrouped } = movesOf(identities);
  const namedAt = namingsOf(arrivals, identities);
  const wanted = new Map<ContactId, Instant | undefined>();
  const want = (contact: ContactId, at = Infinity) => {
    if (wanted.has(contact)) return;
    const cameAt = Math.min(at, concerned.get(contact)?.at ?? Infinity, namedAt.get(contact) ?? Infinity);
    wanted.set(contact, isStored(contact) ? undefined : cameAt);
  };
  for (const contact of regrouped.keys()) want(contact);
  for (const contact of named) if (!isStored(contact)) want(contact);
  for (const [owner, { at, touches }] of concerned) {
    const survivor = survivorAmong(survivors, owner);
    if (touches || !isStored(survivor)) want(survivor, at);
  }
  const beginnings = beginningsOf(events, survivors, definitions);
  return { contacts: wanted, survivors, histories: moving, regrouped, beginnings };
}

/** When arrivals first said of contacts that they are part of somebody, or that somebody is part of them. */
function namingsOf(
  arrivals: readonly Arrival[],
  { changes }: IdentityChanges,
): ReadonlyMap<ContactId, Instant> {
  const namings = new Map<ContactId, Instant>();
  if (changes.size === 0) return namings;
  for (const { position, at } of arrivals) {
    const { moved, named } = changes.get(position) ?? { moved: new Map(), named: [] };
    for (const contact of [...moved.keys(), ...moved.values(), ...named])
      if (!namings.has(contact)) namings.set(contact, at);
  }
  return namings;
}

/** The contacts that have events which touch them, or that may not be stored yet: when the first came, and whether any touches. */
function concernsOf(
  events: readonly StoredEvent[],
  arrivals: readonly Arrival[],
  strangers: ReadonlySet<ContactId>,
  definitions: Definitions,
): Map<ContactId, Concern> {
  const concerned = new Map<ContactId, Concern>();
  for (let place = 0; place < events.length; place += 1) {
    const event = events[place]!;
    const concern = concerned.get(event.contact);
    if (concern?.touches) continue;
    const touches = isTouching(event, arrivals[place]!, definitions);
    if (concern) concern.touches = touches;
    else if (touches || strangers.has(event.contact))
      concerned.set(event.contact, { at: event.arrival, touches });
  }
  return concerned;
}

interface Concern {
  readonly at: Instant;
  touches: boolean;
}

/** Tells which persons at hand have been seen before; of a contact that is no stranger that is known. */
async function storedTest(
  tx: Tx,
  owners: ReadonlyMap<ContactId, unknown>,
  strangers: ReadonlySet<ContactId>,
  survivors: ReadonlyMap<ContactId, ContactId>,
  named: readonly ContactId[],
): Promise<(contact: ContactId) => boolean> {
  const isKnown = (contact: ContactId) => owners.has(contact) && !strangers.has(contact);
  const asked = [...named];
  for (const contact of strangers) if (owners.has(contact)) asked.push(survivorAmong(survivors, contact));
  for (const [contact, survivor] of survivors) if (!isKnown(contact)) asked.push(survivor);
  const stored = await storedContacts(tx, asked);
  for (const [contact, survivor] of survivors) if (isKnown(contact)) stored.add(survivor);
  return (contact) => stored.has(contact) || isKnown(contact);
}

/** Contacts that become part of somebody else, and these with whom they leave and whom they join. */
function movesOf({ changes, survivors }: IdentityChanges) {
  const moving = new Set<ContactId>();
  const groups = new Map<ContactId, ContactId[]>();
  for (const { moved } of changes.values())
    for (const [contact, survivor] of moved) {
      moving.add(contact);
      const together = [contact, survivors.get(contact)!, survivor].flatMap(
        (one) => groups.get(one) ?? [one],
      );
      const group = [...new Set(together)];
      for (const one of group) groups.set(one, group);
    }
  return { moving, regrouped: groups };
}

const isTouching = (event: StoredEvent, { fact }: Arrival, definitions: Definitions): boolean =>
  fact.type === 'identify' ||
  joinsCompany(fact) ||
  tellsOfCompany(fact, definitions.ownSource) ||
  definitions.triggers.has(event.name) ||
  (definitions.book.looksAt(event.name) && definitions.book.touchedBy(historyEvent(event, definitions)));

/** By person, the enrollments that events may begin. */
function beginningsOf(
  events: readonly StoredEvent[],
  survivors: ReadonlyMap<ContactId, ContactId>,
  definitions: Definitions,
): Map<ContactId, Uuid[]> {
  const beginnings = new Map<ContactId, Uuid[]>();
  if (definitions.triggers.size === 0) return beginnings;
  for (const event of events.filter(({ name }) => definitions.triggers.has(name))) {
    const person = survivorAmong(survivors, event.contact);
    beginnings.set(person, [...(beginnings.get(person) ?? []), ...enrollmentsBy(event, definitions)]);
  }
  return beginnings;
}
