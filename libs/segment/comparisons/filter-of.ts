import { canonicalJson, isObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { below, type Findings } from '../findings';
import { parsePath } from '../parse-path';
import type { Context } from './operator';

/** Stands for filters of which one at least must hold. */
export const ANY = '$any';

/** Comparisons by the dot path of a property or field, all of which must hold, and below `ANY` filters one of which must. */
export type FilterOf<Comparison> = {
  readonly [path: string]: Comparison | readonly FilterOf<Comparison>[];
};

export const expectedFilter = `an object of 1 to ${bounds.filters} comparisons by property, such as { "total": { "gt": 50 } }`;
const expectedAny = `a list of 2 to ${bounds.filters} filters without "${ANY}", one of which must hold`;

/** Reads a filter, and each comparison by `parse`; undefined where something in it is wrong. */
export function readFilter<Comparison>(
  raw: unknown,
  of: 'property' | 'field',
  path: string,
  findings: Findings,
  parse: (raw: unknown, path: string, property: string) => Comparison | undefined,
): FilterOf<Comparison> | undefined {
  if (!isObject(raw)) return findings.add(path, 'filter', 'A filter is an object.', expectedFilter);
  const properties = Object.keys(raw).sort();
  if (properties.length === 0 || properties.length > bounds.filters)
    return findings.add(
      path,
      'filter',
      `A filter has 1 to ${bounds.filters} ${of === 'field' ? 'fields' : 'properties'}.`,
      expectedFilter,
    );
  const read = properties.map((property) => {
    const at = below(path, property);
    if (property === ANY) return [ANY, readAny(raw[ANY], of, at, findings, parse)] as const;
    const named = parsePath(property, of, at, findings);
    const comparison = parse(raw[property], at, property);
    return [property, named === undefined ? undefined : comparison] as const;
  });
  return read.some(([, one]) => one === undefined)
    ? undefined
    : (Object.fromEntries(read) as FilterOf<Comparison>);
}

function readAny<Comparison>(
  raw: unknown,
  of: 'property' | 'field',
  path: string,
  findings: Findings,
  parse: (raw: unknown, path: string, property: string) => Comparison | undefined,
): readonly FilterOf<Comparison>[] | undefined {
  if (!Array.isArray(raw) || raw.length < 2 || raw.length > bounds.filters)
    return findings.add(path, 'any', 'That is no choice of filters.', expectedAny);
  const filters = raw.map((one, place) => {
    const at = below(path, place);
    return isObject(one) && Object.hasOwn(one, ANY)
      ? findings.add(below(at, ANY), 'any', 'A choice of filters has no other one in it.', expectedAny)
      : readFilter(one, of, at, findings, parse);
  });
  return filters.includes(undefined) ? undefined : inOneOrder(filters as FilterOf<Comparison>[]);
}

const inOneOrder = <Filter>(filters: readonly Filter[]): readonly Filter[] => {
  const texts = new Map(filters.map((filter) => [filter, canonicalJson(filter)]));
  return [...filters].sort((a, b) => (texts.get(a)! < texts.get(b)! ? -1 : 1));
};

/** The comparisons all of which must hold. */
export const conjunctsOf = <Comparison>(
  filter: FilterOf<Comparison> | undefined,
): (readonly [path: string, comparison: Comparison])[] =>
  Object.entries(filter ?? {}).filter(([path]) => path !== ANY) as [string, Comparison][];

/** The filters one of which must hold, if any. */
export const alternativesOf = <Comparison>(
  filter: FilterOf<Comparison> | undefined,
): readonly FilterOf<Comparison>[] => (filter?.[ANY] ?? []) as readonly FilterOf<Comparison>[];

/** All comparisons. */
export const comparisonsIn = <Comparison>(
  filter: FilterOf<Comparison> | undefined,
): (readonly [path: string, comparison: Comparison])[] => [
  ...conjunctsOf(filter),
  ...alternativesOf(filter).flatMap(comparisonsIn),
];

export type TestOfRoot<Root> = (root: Root, context: Context) => boolean;

/** The test that a filter makes of whatever its comparisons look into. */
export function testOfFilter<Comparison, Root>(
  filter: FilterOf<Comparison>,
  testOf: (path: string, comparison: Comparison) => TestOfRoot<Root>,
): TestOfRoot<Root> {
  const tests = conjunctsOf(filter).map(([path, comparison]) => testOf(path, comparison));
  const others = alternativesOf(filter).map((one) => testOfFilter(one, testOf));
  if (others.length > 0) tests.push((root, context) => others.some((test) => test(root, context)));
  if (tests.length === 1) return tests[0]!;
  return (root, context) => tests.every((test) => test(root, context));
}
