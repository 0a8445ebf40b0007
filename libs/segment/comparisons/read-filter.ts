import { isObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { below, type Findings } from '../findings';
import { parsePath } from '../parse-path';

export const expectedFilter = `an object of 1 to ${bounds.filters} comparisons by property, such as { "total": { "gt": 50 } }`;

/** Reads comparisons by the dot path of a property or field, each by `parse`. */
export function readFilter<Comparison>(
  raw: unknown,
  of: 'property' | 'field',
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
    parsePath(property, of, at, findings);
    return [property, parse(raw[property], at, property)] as const;
  });
  return Object.fromEntries(comparisons) as { readonly [path: string]: Comparison };
}
