import { isObject, type JsonObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { below, type Findings } from '../findings';
import { isPath, stepsOf, valueAt } from '../read';
import { parseComparison, passes, testOf, type Comparison } from './comparison';

/** Comparisons by the dot path of a property, all of which must hold for the same event. */
export type Filter = { readonly [path: string]: Comparison };

const expected = `an object of 1 to ${bounds.filters} comparisons by property, such as { "total": { "gt": 50 } }`;

export function parseFilter(raw: unknown, path: string, findings: Findings): Filter | undefined {
  if (!isObject(raw)) return findings.add(path, 'filter', 'A filter is an object.', expected);
  const properties = Object.keys(raw).sort();
  if (properties.length === 0 || properties.length > bounds.filters)
    return findings.add(path, 'filter', `A filter has 1 to ${bounds.filters} properties.`, expected);
  const comparisons = properties.map((property) => {
    if (!isPath(property))
      findings.add(below(path, property), 'path', 'That names no property.', 'names between single dots');
    return [property, parseComparison(raw[property], below(path, property), findings)] as const;
  });
  return Object.fromEntries(comparisons) as Filter;
}

/** Whether an event's properties pass; no filter passes every event. */
export const passesFilter = (filter: Filter | undefined, properties: JsonObject): boolean =>
  Object.entries(filter ?? {}).every(([path, comparison]) =>
    passes(comparison, valueAt(properties, stepsOf(path))),
  );

/** `passesFilter`, with paths and operators looked up once. */
export function filterTest(filter: Filter | undefined): (properties: JsonObject) => boolean {
  const tests = Object.entries(filter ?? {}).map(([path, comparison]) => ({
    steps: stepsOf(path),
    test: testOf(comparison),
  }));
  return (properties) => tests.every(({ steps, test }) => test(valueAt(properties, steps)));
}
