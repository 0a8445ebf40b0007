import type { Json } from '@entente/kernel';
import type { HistoryEvent } from './facts';
import { NAME, stepsOf, valueAt } from './read';

/** An event as comparisons and memories read it. */
export type Readable = Pick<HistoryEvent, 'name' | 'properties'>;

/** Reads what a path leads to in an event: its name, or one of its properties. */
export function eventReader(path: string): (event: Readable) => Json | undefined {
  if (path === NAME) return ({ name }) => name;
  const steps = stepsOf(path);
  return ({ properties }) => valueAt(properties, steps);
}
