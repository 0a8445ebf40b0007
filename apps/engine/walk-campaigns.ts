import {
  advance,
  causeKey,
  enroll,
  keptOf,
  mayEnter,
  startedBy,
  type Cause,
  type Who,
} from '@entente/campaign';
import { stableUuid, toIso, type Instant, type JsonObject, type Uuid } from '@entente/kernel';
import type { Enrollment, StoredEvent } from '@entente/storage';
import type { Definitions, PublishedCampaign } from './definitions';
import { subjectOf, walksOf, type ChangeCause, type Person } from './person';

/** Somebody entered or left a segment: starts the campaigns that wait for it. */
export function startByChange(
  person: Person,
  kind: 'entered' | 'left',
  segment: string,
  cause: ChangeCause,
  definitions: Definitions,
): void {
  const by = cause.kind === 'event' ? cause.message : cause.kind;
  const change = `${segment}:${toIso(person.clock)}:${by}`;
  start(person, { kind, segment, change, at: person.clock }, cause, definitions);
}

/** A new version of a segment brought somebody in, and its author wants that to count. */
export function startBySwap(
  person: Person,
  {
    id,
    segment,
    liveAt,
    counted,
  }: {
    readonly id: number;
    readonly segment: string;
    readonly liveAt: Instant;
    /** When they entered it before, which has started the campaigns of then. */
    readonly counted: Instant | undefined;
  },
  definitions: Definitions,
): void {
  const cause: Cause = { kind: 'entered', segment, change: `${segment}:version ${id}`, at: person.clock };
  start(person, cause, { kind: 'swap', liveAt, counted }, definitions);
}

/** An event happened: starts the campaigns that wait for it, or for the permission it tells of. */
export function startByEvent(
  person: Person,
  event: StoredEvent,
  cause: ChangeCause,
  definitions: Definitions,
): void {
  if (!definitions.triggers.has(event.name)) return;
  for (const one of causesOf(event, definitions)) start(person, one, cause, definitions);
}

/** Enrollments that an event may begin, whoever it is of, in campaigns that let people in again. */
export const enrollmentsBy = (event: StoredEvent, definitions: Definitions): Uuid[] =>
  causesOf(event, definitions).flatMap((cause) =>
    startedNow(cause, definitions)
      .filter(({ campaign }) => campaign.reentry !== 'never')
      .map((published) => enrollmentId(published, cause)),
  );

function causesOf(event: StoredEvent, definitions: Definitions): Cause[] {
  const { name, message, properties, context, at, type } = event;
  const told = event.source === definitions.ownSource ? permissionTold(event) : undefined;
  const identify = type === 'identify' ? { identify: true as const } : {};
  return [{ kind: 'event', name, message, properties, context, at, ...identify }, ...(told ? [told] : [])];
}

const acts = new Map([
  ['Permission Granted', 'granted'],
  ['Permission Confirmed', 'confirmed'],
] as const);

function permissionTold({ name, properties, at, message }: StoredEvent): Cause | undefined {
  const act = acts.get(name as 'Permission Granted');
  if (!act) return undefined;
  return { kind: 'permission', act, topic: String(properties.topic), entry: message, at };
}

/** The campaigns that an event tells of as having begun one because of the other. */
export function chainOf(event: StoredEvent, { ownSource }: Definitions): readonly string[] {
  if (event.source !== ownSource) return [];
  const { chain } = event.properties;
  return Array.isArray(chain) ? chain.map(String) : [];
}

function start(person: Person, cause: Cause, why: ChangeCause, definitions: Definitions): void {
  if (person.erased) return;
  const who = { traits: person.view, timeZone: definitions.timeZone };
  for (const published of startedNow(cause, definitions, who)) {
    if (!mayStart(published, why, person.clock)) continue;
    begin(person, published, cause, definitions, why.kind === 'event' ? why.chain : []);
  }
}

const startedNow = (cause: Cause, definitions: Definitions, who?: Who): PublishedCampaign[] =>
  [...definitions.campaigns.values()].filter(
    (one) => one.current && one.status === 'live' && startedBy(one.campaign, cause, who),
  );

const enrollmentId = ({ key }: PublishedCampaign, cause: Cause): Uuid =>
  stableUuid('enrollment', key, causeKey(cause));

/** What is older than the campaign, or too old when it came, starts nothing; nor what an import or a repair finds, or the campaign itself brought about. */
function mayStart(published: PublishedCampaign, why: ChangeCause, now: Instant): boolean {
  switch (why.kind) {
    case 'time':
      return now > published.liveAt;
    case 'swap':
      return why.liveAt > published.liveAt && !(why.counted !== undefined && why.counted > published.liveAt);
    case 'event':
      return (
        !why.silent &&
        !why.chain.includes(published.key) &&
        why.arrival > published.liveAt &&
        why.arrival - why.at <= published.campaign.maxAge
      );
    default:
      return false;
  }
}

/** Enrolls a person for a cause, once, as far as the campaign lets people in again, and walks to the first wait; says whether it did. */
export function begin(
  person: Person,
  published: PublishedCampaign,
  cause: Cause,
  definitions: Definitions,
  chain: readonly string[] = [],
): boolean {
  const id = enrollmentId(published, cause);
  const before = walksOf(person, published.key, id);
  if (before.once || !mayEnter(published.campaign, before)) return false;
  const enrollment: Enrollment = {
    contact: person.id,
    id,
    campaign: published.key,
    version: published.versionId,
    cause: keptOf(cause) as unknown as JsonObject,
    status: 'active',
    state: enroll(published.campaign, person.clock),
    enteredAt: person.clock,
    endedAt: undefined,
    begunBy: [...chain, published.key],
  };
  person.enrollments.push(enrollment);
  (person.moved ??= new Set()).add(enrollment);
  walk(person, enrollment, published, person.clock, definitions);
  return true;
}

/** Moves on every enrollment whose wait is over. */
export function wake(person: Person, now: Instant, definitions: Definitions): void {
  for (const enrollment of [...person.enrollments]) {
    if (enrollment.status !== 'active' || enrollment.state.wakeAt === null || enrollment.state.wakeAt > now)
      continue;
    const published = definitions.campaigns.get(enrollment.version);
    if (!published) end(person, enrollment, 'canceled', now);
    else walk(person, enrollment, published, now, definitions);
  }
}

function walk(
  person: Person,
  enrollment: Enrollment,
  published: PublishedCampaign,
  now: Instant,
  definitions: Definitions,
): void {
  const facts = {
    holds: (rule: Parameters<Definitions['book']['holds']>[0]) =>
      definitions.book.holds(rule, subjectOf(person), now),
  };
  const { state, effects } = advance(published.campaign, enrollment.state, { facts }, now);
  const moved: Enrollment = {
    ...enrollment,
    state,
    status: state.status,
    endedAt: state.status === 'active' ? undefined : now,
  };
  replace(person, enrollment, moved);
  for (const effect of effects) person.sends.push({ enrollment: moved, published, effect, at: now });
}

/** Ends an enrollment from outside of its campaign. */
export function end(
  person: Person,
  enrollment: Enrollment,
  status: 'merged' | 'canceled',
  now: Instant,
): void {
  replace(person, enrollment, {
    ...enrollment,
    status,
    state: { ...enrollment.state, wakeAt: null },
    endedAt: now,
  });
}

function replace(person: Person, enrollment: Enrollment, moved: Enrollment): void {
  person.enrollments[person.enrollments.indexOf(enrollment)] = moved;
  person.moved ??= new Set();
  person.moved.delete(enrollment);
  person.moved.add(moved);
}
