import { quote, type Findings } from '../findings';
import { INSTANT, NAME } from '../read';
import { eventReader, type Readable } from '../read-event';
import { checkInstant } from './check-instant';
import {
  dependenceOf,
  othersThan,
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

/** Comparisons by the dot path of a property, or by `$at` or `$name`, which must hold for the same event. */
export type Filter = FilterOf<Comparison>;

/** Reads a filter, and tells of each comparison that is found. */
export const parseFilter = (
  raw: unknown,
  path: string,
  findings: Findings,
  found?: (property: string, comparison: Comparison, at: string) => void,
): Filter | undefined =>
  readFilter(raw, 'property', path, findings, (one, at, property) => {
    const comparison = parseComparison(one, at, findings);
    if (comparison) found?.(property, comparison, at);
    if (comparison && property === INSTANT) return checkInstant('event', comparison, at, findings);
    return comparison && property === NAME ? checkName(comparison, at, findings) : comparison;
  });

/** Of an event's name a filter says what texts are compared by. */
function checkName(comparison: Comparison, path: string, findings: Findings): Comparison | undefined {
  const others = othersThan('text', comparison);
  if (others.length === 0) return comparison;
  const message = `The name of an event is a text: ${others.map(quote).join(' and ')} cannot compare it so.`;
  return findings.mistake(comparison, path, 'name', message, expectedOfName);
}

const expectedOfName =
  'a name, or operators that compare texts, such as { "in": ["Order Completed", "Subscription Renewed"] } or { "startsWith": "Order" }';

/** Whether an event passes by its name and its properties; no filter passes every event. */
export const passesFilter = (filter: Filter | undefined, event: Readable, context: Context): boolean =>
  !filter || eventTest(filter)(event, context);

/** `passesFilter` for a fixed filter, which looks at nothing but the event. */
export function filterTest(fixed: Filter | undefined): (event: Readable) => boolean {
  if (!fixed) return () => true;
  const test = eventTest(fixed);
  return (event) => test(event, NO_CONTEXT);
}

const eventTest = once((filter: Filter): TestOfRoot<Readable> => {
  const test = testOfFilter<Comparison, Readable>(filter, (path, comparison) => {
    const [read, passes] = [eventReader(path), testOf(comparison)];
    return (event, context) => passes(read(event), context);
  });
  if (!looksBeside(filter)) return test;
  return (event, context) =>
    test(
      event,
      withBeside(context, (path) => eventReader(path)(event)),
    );
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
