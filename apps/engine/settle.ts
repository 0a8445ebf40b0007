import type { Instant, JsonObject } from '@entente/kernel';
import type { Changes } from '@entente/segment';
import type { Definitions } from './definitions';
import { passageEvent } from './passage-event';
import { subjectOf, type ChangeCause, type Person } from './person';
import { foldEvent, historyEvent } from './person-state';
import { NeedsHistory } from './start-over';
import { startByChange } from './walk-campaigns';

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
  const isToldOf = definitions.tellers.size > 0;
  const { left, entered } = isToldOf
    ? decideInTurn(person, cause, definitions, only)
    : decide(person, cause, definitions, only);
  if (definitions.campaigns.size === 0 || (entered.length === 0 && left.length === 0)) return;
  for (const segment of segmentsIn(left, person.clock, definitions))
    startByChange(person, 'left', segment, cause, definitions);
  for (const segment of segmentsIn(entered, person.clock, definitions))
    startByChange(person, 'entered', segment, cause, definitions);
}

/** Where nobody asks for events: all at once. */
function decide(
  person: Person,
  cause: ChangeCause,
  definitions: Definitions,
  only: readonly number[] | undefined,
): Changes {
  const changes = changesOf(person, definitions, only);
  log(person, changes, cause);
  return changes;
}

/** What is told first, and then what may go by it. Gives all that changed. */
function decideInTurn(
  person: Person,
  cause: ChangeCause,
  definitions: Definitions,
  only: readonly number[] | undefined,
): Changes {
  const done: Record<keyof Changes, number[]> = { entered: [], left: [] };
  const gone = new Set<number>();
  let asked = only;
  // Each is told once: rules of a release before may go by events of these names without saying so, in a circle.
  for (let rounds = definitions.versions.size; rounds >= 0; rounds -= 1) {
    const changes = changesOf(person, definitions, asked);
    const told = firstToTell(person, changes, cause, definitions, gone);
    const due = told === undefined ? changes : withNamed(told, changes, definitions);
    log(person, due, cause);
    done.left.push(...due.left);
    done.entered.push(...due.entered);
    if (told === undefined) return done;
    for (const one of [...due.left, told]) gone.add(one);
    const affected = tell(person, due.entered.includes(told), told, cause, definitions);
    asked = asked && [...changes.left, ...changes.entered, ...affected];
  }
  throw new Error('segments count entries into each other in a circle');
}

function changesOf(person: Person, definitions: Definitions, only: readonly number[] | undefined): Changes {
  const changes = stillDecided(changesNow(person, definitions, only), person.clock, definitions);
  person.evaluated = true;
  person.fresh = false;
  return changes;
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
  if (person.absorbed || person.erased) return undefined;
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
