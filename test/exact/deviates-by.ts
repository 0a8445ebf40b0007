import { isObject, type Instant, type Json, type JsonObject } from '@entente/kernel';
import { CREATED, type Deviation, type EventsHad, type HistoryEvent } from '@entente/segment';
import { isNamed } from '../../libs/segment/event-names';

interface Known {
  readonly traits: JsonObject;
  readonly history: readonly HistoryEvent[];
  readonly members: ReadonlySet<number>;
  readonly now: Instant;
}

/** Whether a contact is among those that a deviation names. No profile has when it was created. */
export const deviatesBy = (deviation: Deviation, { traits, history, members, now }: Known): boolean =>
  deviation.everybody ||
  deviation.events.some((had) => history.filter((event) => counts(had, event, now)).length >= had.atLeast) ||
  deviation.traits.some((trait) => trait !== CREATED && Object.hasOwn(traits, trait)) ||
  deviation.members.some((version) => members.has(version)) ||
  deviation.others.some((version) => !members.has(version));

const counts = ({ names, own, properties, within }: EventsHad, one: HistoryEvent, now: Instant): boolean =>
  isNamed(names, one) &&
  (!own || one.own === true) &&
  (within === undefined || one.at > now - within) &&
  (properties === undefined || contains(one.properties, properties));

/** As `@>` of PostgreSQL, for objects and plain values. */
function contains(whole: Json, part: Json): boolean {
  if (!isObject(part)) return whole === part;
  return (
    isObject(whole) &&
    Object.entries(part).every(([key, value]) => key in whole && contains(whole[key] as Json, value as Json))
  );
}
