import type { Duration } from '@entente/kernel';
import { namesOf } from '../event-names';
import type { Compilation } from './compilation';

type Conditions = Pick<Compilation, 'memories' | 'personal'>;

/** Whether every condition is decided by when events of a name happened and by traits, whoever the contact is. */
export const decidedByInstants = ({ memories, personal }: Conditions): boolean =>
  personal.length === 0 && [...memories.values()].every((memory) => memory.goesByInstants);

/**
 * The names of the events that are asked for, each with how long ago one may be to count; undefined: however long. Of what goes by
 * instants: a condition on what the first event is like is changed by one that is older than its period, too.
 */
export function reachesOf({ memories }: Conditions): Map<string, Duration | undefined> {
  const reaches = new Map<string, Duration | undefined>();
  for (const { feeds, leaves } of memories.values()) {
    const reach = leaves.reduce<Duration>(
      (longest, { tracked }) => Math.max(longest, tracked.threshold?.within ?? Infinity),
      0,
    );
    for (const name of feeds.flatMap(({ event }) => namesOf(event))) {
      const longest = reaches.has(name) ? Math.max(reach, reaches.get(name) ?? Infinity) : reach;
      reaches.set(name, longest === Infinity ? undefined : longest);
    }
  }
  return reaches;
}
