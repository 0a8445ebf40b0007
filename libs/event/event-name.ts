import type { Instant } from '@entente/kernel';
import type { Fact, FactType } from './fact';

/** The name of the events that set traits: their properties are the traits. */
export const IDENTIFIED = 'Identified';

const names: Record<Exclude<FactType, 'track'>, string> = {
  identify: IDENTIFIED,
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  group: 'Group Joined',
  alias: 'Aliased',
};

const TOLD_APART = 'Told Apart';

/** The names of calls that say who somebody is, not what they did. */
export const identityNames: readonly string[] = [names.identify, names.group, names.alias, TOLD_APART];

/** The name that rules know an event by. */
export function eventName(fact: Fact): string {
  if (fact.type === 'track') return fact.name!;
  return fact.apart ? TOLD_APART : names[fact.type];
}

/** When the event happened: the client's corrected time, but never after its arrival. */
export const eventTime = (fact: Fact, arrival: Instant): Instant => Math.min(fact.timestamp, arrival);
