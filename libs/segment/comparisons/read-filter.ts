import { isObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { below, type Findings } from '../findings';
import { isPath } from '../read';

export const expectedFilter = `an object of 1 to ${bounds.filters} comparisons by property, such as { "total": { "gt": 50 } }`;

/** Reads comparisons by the dot path of a property, each by `parse`. */
export function readFilter<Comparison>(
  raw: unknown,
  path: string,
  findings: Findings,
  parse: (raw: unknown, path: string, property: string) => Comparison | undefined,
): { readonly [path: string]: Comparison } | undefined {
  if (!isObject(raw)) return findings.add(path, 'filter', 'A filter is an object.', expectedFilter);
  const properties = Object.keys(raw).sort();
  if (properties.length === 0 || properties.length > bounds.filters)
    return findings.add(path, 'filter', `A filter has 1 to ${bounds.filters} properties.`, expectedFilter);
  const comparisons = properties.map((property) => {
    const at = below(path, property);
    if (!isPath(property)) findings.add(at, 'path', 'That names no property.', 'names between single dots');
    return [property, parse(raw[property], at, property)] as const;
  });
  return Object.fromEntries(comparisons) as { readonly [path: string]: Comparison };
}
