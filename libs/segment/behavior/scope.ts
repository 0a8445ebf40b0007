import { bounds } from '../bounds';
import { dependenceOf } from '../comparisons/comparison';
import { comparisonsIn } from '../comparisons/filter-of';
import { pathsIn, splitFilter, type Filter } from '../comparisons/filter';
import type { Feed } from '../memories/memory';
import { isOfContext } from '../read';
import { takesValue, type Takes } from '../takes';
import { zoneTrait } from '../time-zone';
import { againstOf, askedOf, othersOf, type Behavior } from './behavior';
import { measureOf } from './measures/registry';
import { isRolling } from './measures/rolling';
import { periodOf } from './period';
import type { Seen, Series } from './seen';

export const isMoving = (filter: Filter | undefined): boolean => splitFilter(filter).moving !== undefined;

/** Whether what passes the filters changes with time or traits. */
export const movesIn = (behavior: Behavior): boolean =>
  [behavior, ...othersOf(behavior)].some(({ where }) => isMoving(where));

/** Whether each event must be looked at anew as time or traits go on. */
export const isJudgedAnew = (behavior: Behavior): boolean =>
  movesIn(behavior) || measureOf(askedOf(behavior).name).needsAll === true;

/** How many events in its reach a condition goes by, the latest, where it needs every single one. */
export function mostOf(behavior: Behavior): number {
  const { sum, average, distinct, ratio, first, last, regular } = behavior;
  if (isJudgedAnew(behavior)) return bounds.judged;
  if (regular && (regular.times || isRolling(regular.in))) return bounds.listed;
  if (first || last || regular) return Infinity;
  const { begins, ends, moves } = periodOf(behavior);
  if (begins && ends && distinct) return bounds.judged;
  const needsValues = begins && moves && (ends || (sum ?? average ?? ratio) !== undefined);
  return needsValues ? bounds.listed : Infinity;
}

/** What is measured of events: a property, if any, and which of its values. */
export interface Measured {
  readonly of?: string;
  readonly takes: Takes;
}

/** What is measured of a condition's own events. */
export function measuredIn(behavior: Behavior): Measured {
  const { name, asked } = askedOf(behavior);
  const { of, takes } = measureOf(name);
  return { ...(of && { of: of(asked) }), takes };
}

/** What is measured of those that they are set against. */
export function measuredAgainst(behavior: Behavior): Measured {
  const { of } = againstOf(behavior) ?? {};
  return { ...(of !== undefined && { of }), takes: measuredIn(behavior).takes };
}

/** Whether an event takes part in what is measured. */
export const takesPart =
  ({ of, takes }: Measured) =>
  (seen: Seen): boolean =>
    of === undefined || takesValue(takes, seen.read(of));

/** The events that the fixed part of a series' filter lets through. */
export function feedOf({ event, own, where }: Series): Feed {
  const { fixed } = splitFilter(where);
  return { event, ...(own && { own }), ...(fixed && { where: fixed }) };
}

const filtersOf = (behavior: Behavior): (Filter | undefined)[] => [
  ...[behavior, ...othersOf(behavior)].map(({ where }) => where),
  behavior.first,
  behavior.last,
];

/** The top-level traits that a condition reads. */
export function traitsOf(behavior: Behavior): string[] {
  const filters = filtersOf(behavior);
  const byZone =
    periodOf(behavior).byZone || (behavior.regular !== undefined && !isRolling(behavior.regular.in));
  return [...new Set([...filters.flatMap(traitsIn), ...(byZone ? [zoneTrait] : [])])];
}

/** The paths of the events' context that a condition reads. */
export function contextPathsOf(behavior: Behavior): string[] {
  const measured = [measuredIn(behavior), measuredAgainst(behavior)].flatMap(({ of }) => of ?? []);
  return [...filtersOf(behavior).flatMap(contextIn), ...measured.filter(isOfContext)];
}

export const contextIn = (filter: Filter | undefined): string[] => pathsIn(filter).filter(isOfContext);

export const traitsIn = (filter: Filter | undefined): readonly string[] =>
  comparisonsIn(filter).flatMap(([, comparison]) => dependenceOf(comparison).onTraits);
