import { randomUUID } from 'node:crypto';
import type { JsonObject, Uuid } from '@entente/kernel';
import type { StoredEvent } from '@entente/storage';
import { isPassage } from '@entente/event';
import type { Definitions } from './definitions';
import type { ChangeCause, Person } from './person';

/**
 * The event that tells of an entry into a segment or an exit from one, as of its instant. It is stored in the transaction of the change.
 */
export function passageEvent(
  person: Person,
  { segment, entered }: { readonly segment: string; readonly entered: boolean },
  cause: ChangeCause,
  { ownSource }: Pick<Definitions, 'ownSource'>,
): StoredEvent {
  const chain = cause.kind === 'event' ? cause.chain : [];
  const properties: JsonObject = { segment, ...(chain.length > 0 && { chain }) };
  return {
    contact: person.id,
    message: nextId(person),
    at: person.clock,
    arrival: person.clock,
    source: ownSource,
    type: 'track',
    name: entered ? 'Segment Entered' : 'Segment Left',
    cause: 'event',
    properties,
  };
}

/** By the key of a segment, whether somebody is in it by what was told of them last. */
export type LastTold = ReadonlyMap<string, boolean>;

/** The same by their stored events. */
export function lastToldIn(
  stored: readonly StoredEvent[],
  { ownSource }: Pick<Definitions, 'ownSource'>,
): LastTold {
  const told = stored.filter(({ source, name }) => source === ownSource && isPassage(name));
  const inOrder = told.sort((a, b) => a.at - b.at || (a.message < b.message ? -1 : 1));
  return new Map(
    inOrder.map(({ name, properties }) => [String(properties.segment), name === 'Segment Entered']),
  );
}

/** The versions that somebody is in by what was told, whose entry is none anew; and those of which it was not, whose exit is none. */
export function toldVersions(
  last: LastTold,
  { versions, tellers }: Definitions,
): { readonly carried: ReadonlySet<number>; readonly untold: ReadonlySet<number> } {
  const told = [...versions.values()].filter(({ segment }) => tellers.has(segment));
  const ids = (isInside: boolean) =>
    new Set(told.filter(({ segment }) => (last.get(segment) ?? false) === isInside).map(({ id }) => id));
  return { carried: ids(true), untold: ids(false) };
}

/**
 * Behind all others of its millisecond in event order, and in the order in which they are told: by the clock of the process, for whoever is told of
 * later in another transaction waited for this one, and by their place in it.
 */
function nextId({ told }: Person): Uuid {
  const place = (told?.length ?? 0).toString(16).padStart(4, '0');
  const written = Math.floor((performance.timeOrigin + performance.now()) * 100)
    .toString(16)
    .padStart(12, '0');
  return `ffff${written.slice(0, 4)}-${written.slice(4, 8)}-${written.slice(8)}-${place}-${randomUUID().slice(24)}`;
}
