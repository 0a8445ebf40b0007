import { identityNames } from '@entente/event';
import type { HistoryEvent } from './facts';

/** Events by name: of one, or of any of several, among which may be `ANYTHING`. */
export type EventNames = string | readonly string[];

/** Whatever somebody does, under whatever name: not what Entente tells, nor calls that say who somebody is. */
export const ANYTHING = '*';

type Named = Pick<HistoryEvent, 'name' | 'own'>;

export const namesOf = (names: EventNames): readonly string[] =>
  typeof names === 'string' ? [names] : names;

export const isAnything = ({ name, own }: Named): boolean => own !== true && !identityNames.includes(name);

/** Whether these names mean an event. */
export const isNamed = (names: EventNames, event: Named): boolean =>
  namesOf(names).some((name) => (name === ANYTHING ? isAnything(event) : name === event.name));

/** Whether events of a name may be meant by some of these. */
export const mayMean = (names: ReadonlySet<string>, name: string): boolean =>
  names.has(name) || (names.has(ANYTHING) && isAnything({ name }));
