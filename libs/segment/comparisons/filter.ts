import type { JsonObject } from '@entente/kernel';
import { quote, type Findings } from '../findings';
import { besideIn, INSTANT, stepsOf, valueAt } from '../read';
import {
  dependenceOf,
  parseComparison,
  passes,
  splitComparison,
  testOf,
  type Comparison,
} from './comparison';
import { once } from './once';
import { NO_CONTEXT, type Context } from './operator';
import { readFilter } from './read-filter';

/** Comparisons by the dot path of a property, or by `$at`, all of which must hold for the same event. */
export type Filter = { readonly [path: string]: Comparison };

/** Reads a filter. Of an event's own instant it says what dates are compared by, and nothing else. */
export const parseFilter = (raw: unknown, path: string, findings: Findings): Filter | undefined =>
  readFilter(raw, 'property', path, findings, (one, at, property) => {
    const comparison = parseComparison(one, at, findings);
    const fixed = comparison && splitComparison(comparison).fixed;
    return property === INSTANT && fixed
      ? findings.add(
          at,
          'instant',
          `The instant of an event is a date: ${Object.keys(fixed).map(quote).join(' and ')} cannot compare it.`,
          'operators that compare dates, such as { "weekday": "saturday" }',
        )
      : comparison;
  });

/** Whether an event's properties pass; no filter passes every event. */
export function passesFilter(filter: Filter | undefined, properties: JsonObject, context: Context): boolean {
  if (!filter) return true;
  const own = within(filter, context, besideIn(properties));
  return Object.entries(filter).every(([path, comparison]) =>
    passes(comparison, valueAt(properties, stepsOf(path)), own),
  );
}

/** `passesFilter` for a fixed filter, which looks at nothing but the properties, with paths and operators looked up once. */
export function filterTest(fixed: Filter | undefined): (properties: JsonObject) => boolean {
  const tests = Object.entries(fixed ?? {}).map(([path, comparison]) => ({
    steps: stepsOf(path),
    test: testOf(comparison),
  }));
  const [first] = tests;
  if (first && tests.length === 1 && !looksBeside(fixed!))
    return (properties) => first.test(valueAt(properties, first.steps), NO_CONTEXT);
  return (properties) => {
    const own = fixed ? within(fixed, NO_CONTEXT, besideIn(properties)) : NO_CONTEXT;
    return tests.every(({ steps, test }) => test(valueAt(properties, steps), own));
  };
}

/** The paths that a filter reads: of the properties that are compared, and of those that they are compared with. */
export const pathsIn = (filter: Filter | undefined): string[] => [
  ...Object.keys(filter ?? {}),
  ...Object.values(filter ?? {}).flatMap((comparison) => dependenceOf(comparison).beside),
];

/** What the comparisons of a filter look at for one event. */
export const within = (filter: Filter, context: Context, beside: NonNullable<Context['beside']>): Context =>
  looksBeside(filter) ? { ...context, beside } : context;

const looksBeside = once((filter: Filter): boolean =>
  Object.values(filter).some((comparison) => dependenceOf(comparison).beside.length > 0),
);

/** The part of a filter that an event passes or not for good, and the part whose truth moves with time or traits. */
export const splitFilter = (filter: Filter | undefined): SplitFilter => (filter ? split(filter) : UNFILTERED);

interface SplitFilter {
  readonly fixed: Filter | undefined;
  readonly moving: Filter | undefined;
}

const UNFILTERED: SplitFilter = { fixed: undefined, moving: undefined };

const split = once((filter: Filter): SplitFilter => {
  const parts = Object.entries(filter).map(
    ([path, comparison]) => [path, splitComparison(comparison)] as const,
  );
  const some = (part: 'fixed' | 'moving'): Filter | undefined => {
    const entries = parts.flatMap(([path, own]) => (own[part] ? [[path, own[part]] as const] : []));
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  };
  return { fixed: some('fixed'), moving: some('moving') };
});
