import type { Instant } from '@entente/kernel';
import { mailAddress } from '@entente/profile';
import type { HistoryEvent } from '@entente/segment';
import type { DeferredEvent, StoredEvent } from '@entente/storage';
import type { Definitions } from './definitions';
import { foldEvent, historyEvent, setTraits } from './person-state';
import { nextWake, subjectOf, type ChangeCause, type Person, type Quiet } from './person';
import { settle } from './settle';
import { chainOf, startByEvent, wake } from './walk-campaigns';

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
