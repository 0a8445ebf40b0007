import type { JsonObject } from '@entente/kernel';
import { unitsIn, type During } from '../during';
import { quote, type Findings } from '../findings';
import { besideIn, INSTANT, stepsOf, valueAt } from '../read';
import {
  dependenceOf,
  notOfDates,
  parseComparison,
  splitComparison,
  testOf,
  type Comparison,
} from './comparison';
import { once } from './once';
import { NO_CONTEXT, withBeside, type Context } from './operator';
import {
  alternativesOf,
  ANY,
  comparisonsIn,
  conjunctsOf,
  readFilter,
  testOfFilter,
  type FilterOf,
  type TestOfRoot,
} from './filter-of';

/** Comparisons by the dot path of a property, or by `$at`, which must hold for the same event. */
export type Filter = FilterOf<Comparison>;

/** Reads a filter, and tells of each comparison that is found. Of an event's own instant it says what dates are compared by, and nothing that is still to come. */
export const parseFilter = (
  raw: unknown,
  path: string,
  findings: Findings,
  found?: (property: string, comparison: Comparison, at: string) => void,
): Filter | undefined =>
  readFilter(raw, 'property', path, findings, (one, at, property) => {
    const comparison = parseComparison(one, at, findings);
    if (comparison) found?.(property, comparison, at);
    if (!comparison || property !== INSTANT) return comparison;
    const others = notOfDates(comparison);
    if (others.length > 0) {
      const message = `The instant of an event is a date: ${others.map(quote).join(' and ')} cannot compare it so.`;
      return findings.add(at, 'instant', message, expectedOfInstant);
    }
    const message = 'An event that is still to come has not happened.';
    return isAhead(comparison)
      ? findings.mistake(comparison, at, 'instant', message, expectedOfInstant)
      : comparison;
  });

const expectedOfInstant =
  'operators that compare dates which have come, such as { "weekday": "saturday" } or { "withinLast": "P30D" }';

/** Whether it asks for what is to come. */
export function isAhead(comparison: Comparison): boolean {
  const { withinNext, during } = comparison as { withinNext?: unknown; during?: During };
  return withinNext !== undefined || (during !== undefined && unitsIn(during).first > 0);
}

/** Whether an event's properties pass; no filter passes every event. */
export const passesFilter = (filter: Filter | undefined, properties: JsonObject, context: Context): boolean =>
  !filter || propertiesTest(filter)(properties, context);

/** `passesFilter` for a fixed filter, which looks at nothing but the properties. */
export function filterTest(fixed: Filter | undefined): (properties: JsonObject) => boolean {
  if (!fixed) return () => true;
  const test = propertiesTest(fixed);
  return (properties) => test(properties, NO_CONTEXT);
}

const propertiesTest = once((filter: Filter): TestOfRoot<JsonObject> => {
  const test = testOfFilter<Comparison, JsonObject>(filter, (path, comparison) => {
    const [steps, passes] = [stepsOf(path), testOf(comparison)];
    return (properties, context) => passes(valueAt(properties, steps), context);
  });
  if (!looksBeside(filter)) return test;
  return (properties, context) => test(properties, withBeside(context, besideIn(properties)));
});

/** The paths that a filter reads: of the properties that are compared, and of those that they are compared with. */
export const pathsIn = (filter: Filter | undefined): string[] =>
  comparisonsIn(filter).flatMap(([path, comparison]) => [path, ...dependenceOf(comparison).beside]);

/** Whether a comparison in it looks at what is beside its value. */
export const looksBeside = (filter: Filter): boolean =>
  comparisonsIn(filter).some(([, comparison]) => dependenceOf(comparison).beside.length > 0);

/** The part of a filter that an event passes or not for good, and the part whose truth moves with time or traits. */
export const splitFilter = (filter: Filter | undefined): SplitFilter => (filter ? split(filter) : UNFILTERED);

interface SplitFilter {
  readonly fixed: Filter | undefined;
  readonly moving: Filter | undefined;
}

const UNFILTERED: SplitFilter = { fixed: undefined, moving: undefined };

const split = once((filter: Filter): SplitFilter => {
  const parts = conjunctsOf(filter).map(([path, comparison]) => [path, splitComparison(comparison)] as const);
  const choice = alternativesOf(filter);
  const placeOfChoice = choice.some((one) => splitFilter(one).moving) ? 'moving' : 'fixed';
  const some = (part: 'fixed' | 'moving'): Filter | undefined => {
    const entries: [string, Filter[string]][] = parts.flatMap(([path, own]) =>
      own[part] ? [[path, own[part]]] : [],
    );
    if (choice.length > 0 && part === placeOfChoice) entries.push([ANY, choice]);
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  };
  return { fixed: some('fixed'), moving: some('moving') };
});
