import { toIso, type Instant, type Json, type Uuid } from '@entente/kernel';
import { testOf, type Comparison } from '../comparisons/comparison';
import { looksBeside, passesFilter, pathsIn, splitFilter, type Filter } from '../comparisons/filter';
import { testOfFilter, type TestOfRoot } from '../comparisons/filter-of';
import { once } from '../comparisons/once';
import { withBeside, type Context } from '../comparisons/operator';
import { contextOf } from '../context';
import { isNamed, type EventNames } from '../event-names';
import { inEventOrder, type Facts, type HistoryEvent } from '../facts';
import { INSTANT } from '../read';
import { eventReader } from '../read-event';
import { isThroughLists, valuesReader } from '../through-lists';

/** Events of some names, our own only or anybody's, that pass one filter. */
export interface Series {
  readonly event: EventNames;
  readonly own?: true;
  readonly where?: Filter;
}

/** An event as a condition looks at it. */
export interface Seen {
  readonly at: Instant;
  readonly id: Uuid;
  read(path: string): Json | undefined;
}

/**
 * The events that pass the part of the series' filter that is true or false for good, in event order; where what is measured goes through
 * lists, each once for each of its items.
 */
export function seenOf({ event, own, where }: Series, facts: Facts, now: Instant, of = ''): Seen[] {
  const { fixed } = splitFilter(where);
  const context = contextOf(facts, now);
  return facts.history
    .filter((one) => isNamed(event, one) && (own !== true || one.own === true) && one.at <= now)
    .filter((one) => passesFilter(fixed, one, context))
    .sort(inEventOrder)
    .flatMap((one) => (isThroughLists(of) ? itemsOf(one, of) : [seenAs(one.at, one.id, readerOf(one))]));
}

const readerOf =
  (event: HistoryEvent) =>
  (path: string): Json | undefined =>
    eventReader(path)(event);

const itemsOf = (event: HistoryEvent, of: string): Seen[] =>
  valuesReader(of)(event).map((value) =>
    seenAs(event.at, event.id, (path) => (path === of ? value : readerOf(event)(path))),
  );

/** An event as `read` reads it, and its instant besides. */
export const seenAs = (at: Instant, id: Uuid, read: (path: string) => Json | undefined): Seen => ({
  at,
  id,
  read: (path) => (path === INSTANT ? toIso(at) : read(path)),
});

/** What a filter looks at besides the instant: properties, and the name. */
export const propertiesIn = (filter: Filter | undefined): string[] =>
  pathsIn(filter).filter((path) => path !== INSTANT);

export const passesSeen = (filter: Filter | undefined, seen: Seen, context: Context): boolean =>
  seenTest(filter)(seen, context);

type SeenTest = TestOfRoot<Seen>;

/** The same for many events. */
export const seenTest = (filter: Filter | undefined): SeenTest => (filter ? made(filter) : ALL);

const ALL: SeenTest = () => true;

const made = once((filter: Filter): SeenTest => {
  const test = testOfFilter<Comparison, Seen>(filter, (path, comparison) => {
    const passes = testOf(comparison);
    return (seen, context) => passes(seen.read(path), context);
  });
  if (!looksBeside(filter)) return test;
  return (seen, context) =>
    test(
      seen,
      withBeside(context, (path) => seen.read(path)),
    );
});
