import type { Instant, JsonObject } from '@entente/kernel';
import { mailAddress } from '@entente/profile';
import type { Changes, HistoryEvent } from '@entente/segment';
import type { DeferredEvent, StoredEvent } from '@entente/storage';
import type { Definitions } from './definitions';
import { historyEvent, pastOf, setTraits } from './person-state';
import { NeedsHistory } from './start-over';
import { nextWake, subjectOf, type ChangeCause, type Person, type Quiet } from './person';
import { passageEvent } from './passage-event';
import { chainOf, startByChange, startByEvent, wake } from './walk-campaigns';

/** Time passed for a person beyond what every partition is known to have been read through. */
export class AheadOfLog extends Error {
  constructor(readonly due: Instant) {
    super('a change is due before all partitions have been read through that instant');
  }
}

/** When this person must be looked at again though nothing happens: something changes, or what was deferred can be applied. */
export function nextDue(person: Person, definitions: Definitions): Instant | undefined {
  return earlier(nextChange(person, definitions), person.deferred[0]?.event.arrival);
}

/** When time alone next changes something for this person; may be early, never late. */
function nextChange(person: Person, definitions: Definitions): Instant | undefined {
  if (person.erased || person.absorbed || person.repair !== null) return undefined;
  return earlier(nextFlip(person, definitions), nextWake(person));
}

const earlier = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** As `nextChange` of the book, which is asked again only when something else is known of the person or its answer is past. */
function nextFlip(person: Person, { book }: Definitions): Instant | undefined {
  if (isQuiet(person)) return person.quiet.until;
  const { state, view, clock } = person;
  const until = book.nextChange(subjectOf(person), clock);
  person.quiet = { state, view, until };
  return until;
}

/** Whether it is known before which instant time alone changes nothing. */
function isQuiet(person: Person): person is Person & { quiet: Quiet } {
  const { quiet, state, view, clock } = person;
  return (
    quiet !== undefined &&
    quiet.state === state &&
    quiet.view === view &&
    (quiet.until === undefined || quiet.until > clock)
  );
}

/**
 * Lets time pass for a person up to, and not including, an instant: every change that is due in between happens at its own
 * instant, in order, and so does what was deferred. Throws `AheadOfLog` when one is due later than `readThrough`.
 */
export function passTime(
  person: Person,
  until: Instant,
  readThrough: Instant,
  definitions: Definitions,
): void {
  applyDeferred(person, readThrough, definitions);
  const waiting = person.deferred[0]?.event.arrival ?? until;
  elapse(person, Math.min(until, waiting), readThrough, definitions);
}

function elapse(person: Person, until: Instant, readThrough: Instant, definitions: Definitions): void {
  for (;;) {
    const due = nextChange(person, definitions);
    if (due === undefined || due >= until) return;
    if (due > readThrough) throw new AheadOfLog(due);
    reach(person, Math.max(due, person.clock), definitions);
  }
}

function reach(person: Person, now: Instant, definitions: Definitions): void {
  const due = dueBy(person, now, definitions);
  person.clock = now;
  settle(person, { kind: 'time' }, definitions, due);
  wake(person, now, definitions);
}

/** The versions whose truth time alone may change by an instant. */
export function dueBy(person: Person, now: Instant, definitions: Definitions): readonly number[] {
  const flip = nextFlip(person, definitions);
  if (flip === undefined || flip > now) return [];
  return definitions.book.affectedByTime(subjectOf(person), person.clock, now);
}

/**
 * Applies one new event at its arrival, or at the person's clock when that is further. Where something is due before it that other
 * partitions may still have something to say about, it is deferred, and the person waits, but nobody else.
 */
export function applyEvent(
  person: Person,
  event: StoredEvent,
  silent: boolean,
  readThrough: Instant,
  definitions: Definitions,
): void {
  const { deferred } = person;
  const next = { event, silent };
  if (deferred.length > 0) {
    const later = deferred.findIndex((one) => one.event.arrival > event.arrival);
    deferred.splice(later < 0 ? deferred.length : later, 0, next);
    applyDeferred(person, readThrough, definitions);
  } else if (tryElapse(person, next, readThrough, definitions)) applyNow(person, next, definitions);
  else deferred.push(next);
}

/** Applies what was deferred as far as time is known to have passed. */
function applyDeferred(person: Person, readThrough: Instant, definitions: Definitions): void {
  const { deferred } = person;
  while (deferred.length > 0 && tryElapse(person, deferred[0]!, readThrough, definitions))
    applyNow(person, deferred.shift()!, definitions);
}

/** Lets time pass up to an event, and says whether it could: something may be due before it that is ahead of the log. */
function tryElapse(
  person: Person,
  { event }: DeferredEvent,
  readThrough: Instant,
  definitions: Definitions,
): boolean {
  try {
    elapse(person, Math.max(person.clock, event.arrival), readThrough, definitions);
    return true;
  } catch (error) {
    if (error instanceof AheadOfLog) return false;
    throw error;
  }
}

function applyNow(person: Person, { event, silent }: DeferredEvent, definitions: Definitions): void {
  const now = Math.max(person.clock, event.arrival);
  const due = dueBy(person, now, definitions);
  person.clock = now;
  const before = isQuiet(person) ? person.quiet : undefined;
  const { traits: traitsBefore } = person;
  const changed = setTraits(person, event, definitions);
  if (changed.includes('email')) noteAddress(person, traitsBefore, silent, definitions);
  const happened = historyEvent(event, definitions);
  foldEvent(person, happened, definitions);
  if (before) staysQuiet(person, before, happened, changed, definitions);
  const cause: ChangeCause = {
    kind: 'event',
    message: event.message,
    name: event.name,
    at: event.at,
    arrival: event.arrival,
    silent,
    chain: chainOf(event, definitions),
  };
  const byEvent = affected(happened, changed, definitions);
  settle(person, cause, definitions, due.length === 0 ? byEvent : [...due, ...byEvent]);
  startByEvent(person, event, cause, definitions);
  wake(person, now, definitions);
}

/** The last that gave the address says whether it is one that may start campaigns. */
function noteAddress(
  person: Person,
  before: Person['traits'],
  silent: boolean,
  { sources }: Definitions,
): void {
  const [old, now] = [before, person.traits].map(
    (traits) => mailAddress(traits, [...sources.values()])?.address,
  );
  if (now !== old) person.addressGiven = !silent;
}

function foldEvent(person: Person, event: HistoryEvent, definitions: Definitions): void {
  const { book } = definitions;
  const folded = person.history
    ? book.fold(person.state, event, (names) => pastOf(person, names, definitions))
    : book.fold(person.state, event);
  if (folded === 'recompute') throw new NeedsHistory(person.id);
  person.state = folded;
}

/** What was known of the person's next change still is, but for what the event is fed to and the traits that it set. */
function staysQuiet(
  person: Person,
  before: Quiet,
  event: HistoryEvent,
  traits: readonly string[],
  { book }: Definitions,
): void {
  const { state, view, clock } = person;
  const subject = subjectOf(person);
  const after = earlier(
    book.nextChangeAfter(event, subject, clock),
    book.nextChangeAfterTraits(traits, subject, clock),
  );
  person.quiet = { state, view, until: earlier(before.until, after) };
}

function affected(event: HistoryEvent, traits: readonly string[], { book }: Definitions): readonly number[] {
  const byEvent = book.affectedByEvent(event);
  return traits.length > 0 ? [...new Set([...byEvent, ...book.affectedByTraits(traits)])] : byEvent;
}

/**
 * Compares memberships with what the rules say at the person's clock, logs what changed and starts what that starts. A change that is told is told
 * before what may go by it is decided: nobody is in a segment without having entered it, not for an instant.
 */
export function settle(
  person: Person,
  cause: ChangeCause,
  definitions: Definitions,
  only?: readonly number[],
): void {
  const done: Record<keyof Changes, number[]> = { entered: [], left: [] };
  const gone = new Set<number>();
  let asked = only;
  // Each is told once: rules of a release before may go by events of these names without saying so, in a circle.
  for (let rounds = definitions.versions.size; ; rounds -= 1) {
    if (rounds < 0) throw new Error('segments count entries into each other in a circle');
    const changes = stillDecided(changesNow(person, definitions, asked), person.clock, definitions);
    person.evaluated = true;
    person.fresh = false;
    const told = firstToTell(person, changes, cause, definitions, gone);
    const due = told === undefined ? changes : withNamed(told, changes, definitions);
    log(person, due, cause);
    done.left.push(...due.left);
    done.entered.push(...due.entered);
    for (const one of due.left) gone.add(one);
    if (told !== undefined) gone.add(told);
    if (told === undefined) break;
    const affected = tell(person, due.entered.includes(told), told, cause, definitions);
    asked = asked && [...changes.left, ...changes.entered, ...affected];
  }
  if (definitions.campaigns.size === 0) return;
  for (const segment of segmentsIn(done.left, person.clock, definitions))
    startByChange(person, 'left', segment, cause, definitions);
  for (const segment of segmentsIn(done.entered, person.clock, definitions))
    startByChange(person, 'entered', segment, cause, definitions);
}

/** Writes down changes of membership, those of versions that somebody left first. */
function log(person: Person, { left, entered }: Changes, cause: ChangeCause): void {
  if (entered.length === 0 && left.length === 0) return;
  person.membersChanged = true;
  const logged = loggedCause(cause);
  const write = (version: number, isEntry: boolean) =>
    person.changes.push({ contact: person.id, version, entered: isEntry, at: person.clock, cause: logged });
  for (const version of left) {
    write(version, false);
    person.members.delete(version);
  }
  for (const version of entered) {
    write(version, true);
    person.members.add(version);
  }
}

/**
 * The first of the changed versions, in the order in which they can be decided, of which an event tells; `gone` are those that were left by now. Whoever
 * one of those was who are one person now, the person was, and has their events: they leave what it is not in.
 */
function firstToTell(
  person: Person,
  { left, entered }: Changes,
  cause: ChangeCause,
  definitions: Definitions,
  gone: ReadonlySet<number>,
): number | undefined {
  if (definitions.tellers.size === 0 || person.absorbed || person.erased) return undefined;
  const { carried = NONE, untold = NONE } = cause.kind === 'merge' || cause.kind === 'repair' ? cause : {};
  const isIn = (version: number) => person.members.has(version) || entered.includes(version);
  const ended = [...carried].filter(
    (version) => !isIn(version) && !gone.has(version) && !left.includes(version),
  );
  const asked = [
    ...left.filter((version) => !untold.has(version)),
    ...entered.filter((version) => !carried.has(version)),
    ...ended,
  ];
  const told = asked.filter((version) => isTold(version, person.clock, cause, definitions));
  if (told.length < 2) return told[0];
  // What was replaced since is what counted then, though it is decided behind all that is live.
  const until = (version: number) => definitions.versions.get(version)!.until;
  const first = Math.min(...told.map(until));
  return definitions.book.inOrder(told).find((version) => until(version) === first);
}

const NONE: ReadonlySet<number> = new Set();

/** Whether its author asks for events of what is what they know of their segment; whom a build finds in it has not entered by anything that happened. */
function isTold(
  version: number,
  at: Instant,
  { kind }: ChangeCause,
  { versions, tellers }: Definitions,
): boolean {
  const kept = versions.get(version);
  if (!kept || kept.from >= at || kept.until < at || !tellers.has(kept.segment)) return false;
  return (kind !== 'build' && kind !== 'repair') || kept.status !== 'building';
}

/** The change of a version, and those of all that it names. */
function withNamed(told: number, { left, entered }: Changes, { book }: Definitions): Changes {
  const due = book.withNamed(told);
  return { left: left.filter((one) => due.has(one)), entered: entered.filter((one) => due.has(one)) };
}

/** Tells that somebody entered or left a version's segment; gives the versions that this may change. */
function tell(
  person: Person,
  entered: boolean,
  version: number,
  cause: ChangeCause,
  definitions: Definitions,
): readonly number[] {
  const { segment } = definitions.versions.get(version)!;
  const event = passageEvent(person, { segment, entered }, cause, definitions);
  (person.told ??= []).push(event);
  person.keep(event);
  const happened = historyEvent(event, definitions);
  const affected = definitions.book.affectedByEvent(happened);
  // A builder goes by the generation: whom a version that it builds is decided for must have today's.
  const isBuilding = (one: number) => definitions.versions.get(one)?.status === 'building';
  if (person.lacks && affected.some(isBuilding)) throw new NeedsHistory(person.id);
  foldEvent(person, happened, definitions);
  return affected;
}

/** Tells that a swap brought somebody into a segment, with what this changes. */
export function tellEntry(
  person: Person,
  version: number,
  cause: ChangeCause,
  definitions: Definitions,
): void {
  const { versions } = definitions;
  const segment = versions.get(version)?.segment;
  const now = [...versions.values()].find(
    (one) => one.segment === segment && one.from < person.clock && one.until >= person.clock,
  );
  if (!now || !person.members.has(now.id) || !isTold(now.id, person.clock, cause, definitions)) return;
  const affected = tell(person, true, version, cause, definitions);
  if (affected.length > 0) settle(person, cause, definitions, affected);
}

/** Changes at an instant but for those of versions that had been replaced by then, which stay as they were. */
function stillDecided(changes: Changes, at: Instant, { versions, hasReplaced }: Definitions): Changes {
  if (!hasReplaced) return changes;
  const isDecided = (version: number) => (versions.get(version)?.until ?? Infinity) >= at;
  return { entered: changes.entered.filter(isDecided), left: changes.left.filter(isDecided) };
}

/** The segments that these versions are what authors know of at an instant. */
const segmentsIn = (versions: readonly number[], at: Instant, definitions: Definitions): string[] =>
  versions
    .map((version) => definitions.versions.get(version))
    .flatMap((one) => (one && one.from < at ? [one.segment] : []));

function changesNow(person: Person, { book }: Definitions, only: readonly number[] | undefined): Changes {
  if (person.erased || person.absorbed) return { entered: [], left: [...person.members] };
  if (person.fresh && only) return book.firstChanges(subjectOf(person), person.clock, only);
  if (only?.length === 0) return { entered: [], left: [] };
  return book.changes(subjectOf(person), person.clock, person.members, only);
}

function loggedCause(cause: ChangeCause): JsonObject {
  return cause.kind === 'event'
    ? { kind: cause.kind, message: cause.message, name: cause.name }
    : { kind: cause.kind === 'swap' ? 'edit' : cause.kind };
}
