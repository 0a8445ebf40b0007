import { randomUUID } from 'node:crypto';
import type { JsonObject, Uuid } from '@entente/kernel';
import type { StoredEvent } from '@entente/storage';
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

/** Behind all others of its millisecond in event order, and in the order in which they are told. */
function nextId({ told }: Person): Uuid {
  const place = (told?.length ?? 0).toString(16).padStart(4, '0');
  return `ffff${place}${randomUUID().slice(8)}`;
}
