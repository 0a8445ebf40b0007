import type { Effect } from '@entente/campaign';
import type { ContactId, Instant, JsonObject, Uuid } from '@entente/kernel';
import type { SourcedTraits } from '@entente/profile';
import { decodeState, type SeriesState, type Subject } from '@entente/segment';
import type {
  DeferredEvent,
  Enrollment,
  Generation,
  MembershipChange,
  PastEnrollments,
  PersonRow,
  StoredEvent,
} from '@entente/storage';
import type { PublishedCampaign } from './definitions';

/** A message that a step asked for, before anybody looked whether it may be written. */
export interface Send {
  readonly enrollment: Enrollment;
  readonly published: PublishedCampaign;
  readonly effect: Effect;
  readonly at: Instant;
}

/** One person in the hands of a transaction: what was loaded, and what has become of it so far. */
export interface Person {
  readonly id: ContactId;
  /** Where its row is, to be written back there. */
  readonly place: PersonRow['place'];
  /** Never evaluated before this transaction. */
  fresh: boolean;
  lineage: ContactId[];
  /** When the first of its contacts was created, as far as rules ask for it. */
  createdAt: Instant;
  clock: Instant;
  /** By which definitions the state was folded. */
  generation: Generation;
  state: SeriesState;
  /** Whether the state lacks something, which nothing at hand asks for. */
  lacks: boolean;
  traits: SourcedTraits;
  /** The traits as rules read them: one value each, by precedence. */
  view: JsonObject;
  readonly members: Set<number>;
  /** Whether the row has others: some changed, or it has some of versions that are no longer kept. */
  membersChanged: boolean;
  /** The open ones, and those that began or ended in this transaction. */
  enrollments: Enrollment[];
  /** What is known of those that ended before, of every contact at hand. */
  readonly past: ReadonlyMap<ContactId, PastEnrollments>;
  /** Before which instant time alone changes no membership, for this state and these traits. */
  quiet: Quiet | undefined;
  /** Stored events that wait for time to be known to have passed, in the order of their arrival. */
  readonly deferred: DeferredEvent[];
  /** What was deferred before this transaction. */
  readonly deferredBefore: readonly DeferredEvent[];
  /** The stored events of the lineage, where they were loaded; those of this transaction are added. */
  history: (() => readonly StoredEvent[]) | undefined;
  /** How many stored events were gone through in this transaction for those that came late. */
  goneThrough: number;
  repair: string | null;
  /** Whether it was to be repaired before this transaction. */
  readonly wasBroken: boolean;
  readonly erased: boolean;
  /** When this person was last made anew of other contacts than before. */
  regroupedAt: Instant | undefined;
  /** Part of another person now: holds nothing and changes no more. */
  absorbed: boolean;
  /** When they are to be looked at again though nothing happens, by their timer. */
  due: Instant | undefined;
  /** The same before this transaction. */
  readonly dueBefore: Instant | undefined;
  readonly changes: MembershipChange[];
  readonly sends: Send[];
  /** The events that tell of entries and exits; made when there is one. */
  told: StoredEvent[] | undefined;
  /** Adds an event to the stored ones of its contact, where these were loaded. */
  keep: (event: StoredEvent) => void;
  /** The enrollments that are new or have moved; made when there is one. */
  moved: Set<Enrollment> | undefined;
  traitsChanged: boolean;
  /** Whether something that may start campaigns gave the address. */
  addressGiven: boolean;
  evaluated: boolean;
}

/** Nothing changes before `until`; without one, never. It says nothing of another state or other traits. */
export interface Quiet {
  readonly state: SeriesState;
  readonly view: JsonObject;
  readonly until: Instant | undefined;
}

/** Why something changed: what the membership log and the rules of starting a campaign go by. */
export type ChangeCause =
  | {
      readonly kind: 'event';
      readonly message: Uuid;
      readonly name: string;
      readonly at: Instant;
      readonly arrival: Instant;
      readonly silent: boolean;
      /** The campaigns that led to it with nobody waiting: it starts none of them again. */
      readonly chain: readonly string[];
    }
  | { readonly kind: 'time' }
  | { readonly kind: 'swap'; readonly liveAt: Instant; readonly counted: Instant | undefined }
  | { readonly kind: 'build' }
  | {
      readonly kind: 'merge' | 'repair';
      /** The versions in which somebody was who is part of the person now, of whom that has been told: they do not enter anew. */
      readonly carried?: ReadonlySet<number>;
      /** Those of which no stored event of the person says that they entered: they do not leave. */
      readonly untold?: ReadonlySet<number>;
    };

export function personFrom(
  row: PersonRow,
  lineage: ContactId[],
  members: Set<number>,
  enrollments: Enrollment[],
  past: Person['past'],
  deferred: readonly DeferredEvent[],
): Person {
  return {
    id: row.id,
    place: row.place,
    fresh: row.version === 0,
    lineage,
    createdAt: row.createdAt,
    clock: row.clock,
    generation: row.generation,
    state: decodeState(row.state),
    lacks: false,
    traits: row.traits,
    view: {},
    members,
    membersChanged: members.size !== row.members.length,
    enrollments,
    past,
    quiet: undefined,
    deferred: [...deferred],
    deferredBefore: deferred,
    history: undefined,
    goneThrough: 0,
    repair: row.repair,
    wasBroken: row.repair !== null,
    erased: row.erased,
    regroupedAt: undefined,
    absorbed: false,
    due: row.due,
    dueBefore: row.due,
    changes: [],
    sends: [],
    told: undefined,
    keep: () => undefined,
    moved: undefined,
    traitsChanged: false,
    addressGiven: false,
    evaluated: false,
  };
}

/** A person as rules see them. */
export const subjectOf = ({ id, state, view }: Person): Subject => ({ contact: id, state, traits: view });

/** Whom a contact is part of: whoever is not named stands for itself. */
export const survivorAmong = (survivors: ReadonlyMap<ContactId, ContactId>, contact: ContactId): ContactId =>
  survivors.get(contact) ?? contact;

/** When the next of this person's waits ends, if one is waiting. */
export function nextWake(person: Person): Instant | undefined {
  let earliest: Instant | undefined;
  for (const { status, state } of person.enrollments) {
    if (status !== 'active' || state.wakeAt === null) continue;
    if (earliest === undefined || state.wakeAt < earliest) earliest = state.wakeAt;
  }
  return earliest;
}

/** Whether this person has ever been in a campaign, is in it now, and has been enrolled as this already. */
export function walksOf(person: Person, campaign: string, id: Uuid) {
  const walks = person.enrollments.filter((one) => one.campaign === campaign);
  const past = person.lineage.map((contact) => person.past.get(contact)?.get(campaign));
  return {
    ever: walks.length > 0 || past.some((ids) => ids !== undefined),
    now: walks.some((one) => one.status === 'active'),
    once: walks.some((one) => one.id === id) || past.some((ids) => ids?.has(id)),
  };
}
