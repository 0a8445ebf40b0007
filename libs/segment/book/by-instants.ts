import type { Duration } from '@entente/kernel';
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
    for (const { event } of feeds) {
      const longest = reaches.has(event) ? Math.max(reach, reaches.get(event) ?? Infinity) : reach;
      reaches.set(event, longest === Infinity ? undefined : longest);
    }
  }
  return reaches;
}
