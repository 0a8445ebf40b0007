import type { Json, JsonObject } from '@entente/kernel';
import type { HistoryEvent } from './facts';
import { isPath, stepsOf, valueAt } from './read';
import { eventReader } from './read-event';

/** Behind the path of a list, where something is measured: each of its items, or what a path behind it leads to in each. */
export const EACH = '[]';

/** Whether a path leads through each item of a list: `products[].price`. */
export const isThroughLists = (path: string): boolean => path.includes(EACH);

/** The path of the list that it goes through first, or the path itself where it goes through none. */
export const beforeLists = (path: string): string => path.split(EACH)[0]!;

/** Whether the parts before, between and behind its lists are paths. */
export function isMeasurable(path: string): boolean {
  const [first, ...others] = path.split(EACH);
  return (
    isPath(first) &&
    others.every((part, place) => {
      const isLast = place === others.length - 1;
      return part === '' ? isLast : part.startsWith('.') && isPath(part.slice(1));
    })
  );
}

/** Reads all values that a path leads to in an event, one for each item of the lists that it goes through. */
export function valuesReader(
  path: string,
): (event: Pick<HistoryEvent, 'name' | 'properties'>) => readonly (Json | undefined)[] {
  const [first, ...others] = path.split(EACH);
  const read = eventReader(first!);
  const steps = others.map((part) => (part === '' ? [] : stepsOf(part.slice(1))));
  return (event) => steps.reduce<readonly (Json | undefined)[]>(valuesIn, [read(event)]);
}

const valuesIn = (lists: readonly (Json | undefined)[], steps: readonly string[]): (Json | undefined)[] =>
  lists.flatMap((list) => (Array.isArray(list) ? list.map((item) => within(item as Json, steps)) : []));

function within(item: Json, steps: readonly string[]): Json | undefined {
  if (steps.length === 0) return item ?? undefined;
  return typeof item === 'object' && item !== null && !Array.isArray(item)
    ? valueAt(item as JsonObject, steps)
    : undefined;
}
