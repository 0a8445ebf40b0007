import { IDENTIFIED, identityNames } from '@entente/event';
import type { HistoryEvent } from './facts';

/** Events by name: of one, or of any of several, among which may be `ANYTHING`. */
export type EventNames = string | readonly string[];

/** Whatever somebody does, under whatever name: not what Entente tells, nor calls that say who somebody is. */
export const ANYTHING = '*';

type Named = Pick<HistoryEvent, 'name' | 'own' | 'identify'>;

export const namesOf = (names: EventNames): readonly string[] =>
  typeof names === 'string' ? [names] : names;

export const isAnything = ({ name, own }: Named): boolean => own !== true && !identityNames.includes(name);

/** Whether whatever bears this name is meant by it: of what sets traits that is only said by calls which do. */
export const isToldByName = (name: string): boolean => name !== IDENTIFIED;

/** Whether it bears that name without being such a call: no rule means it. */
export const isSpoofed = ({ name, identify }: Pick<HistoryEvent, 'name' | 'identify'>): boolean =>
  !isToldByName(name) && identify !== true;

/** Whether these names mean an event. */
export const isNamed = (names: EventNames, event: Named): boolean =>
  !isSpoofed(event) &&
  namesOf(names).some((name) => (name === ANYTHING ? isAnything(event) : name === event.name));

/** Whether events of a name may be meant by some of these. */
export const mayMean = (names: ReadonlySet<string>, name: string): boolean =>
  names.has(name) || (names.has(ANYTHING) && isAnything({ name }));
