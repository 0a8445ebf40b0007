import { identityNames } from '@entente/event';
import type { HistoryEvent } from './facts';

/** Events by name: of one, of any of several, or `ANYTHING`. */
export type EventNames = string | readonly string[];

/** Whatever somebody does, under whatever name: not what Entente tells, nor calls that say who somebody is. */
export const ANYTHING = '*';

export const namesOf = (names: EventNames): readonly string[] =>
  typeof names === 'string' ? [names] : names;

/** Whether these names mean an event. */
export function isNamed(names: EventNames, { name, own }: Pick<HistoryEvent, 'name' | 'own'>): boolean {
  if (names === ANYTHING) return own !== true && !identityNames.includes(name);
  return typeof names === 'string' ? name === names : names.includes(name);
}

/** Whether events of a name may be meant by some of these. */
export const mayMean = (names: ReadonlySet<string>, name: string): boolean =>
  names.has(name) || names.has(ANYTHING);
