import type { JsonObject } from '@entente/kernel';
import { valuesOf } from '../comparisons/comparison';
import type { Scalar } from '../comparisons/operator';
import { stepsOf, valueAt } from '../read';
import type { Series } from '../series';

type ByValue = Map<unknown, Series[]>;

/** Finds the series that an event belongs to, by its name and then by one equality where a filter has one. */
export class EventIndex {
  private readonly byName = new Map<string, NameIndex>();

  constructor(all: Iterable<Series>) {
    const named = new Map<string, Series[]>();
    for (const series of all) addTo(named, series.event, series);
    for (const [name, list] of named) this.byName.set(name, new NameIndex(list));
  }

  matching(name: string, properties: JsonObject): readonly Series[] {
    return this.byName.get(name)?.matching(properties) ?? [];
  }
}

class NameIndex {
  /** Series without an equality: each is tried. */
  private readonly open: Series[] = [];
  private readonly byProperty: { steps: readonly string[]; byValue: ByValue }[] = [];

  constructor(all: readonly Series[]) {
    const properties = new Map<string, ByValue>();
    const spread = valuesByProperty(all);
    for (const series of all) {
      const path = sharpestProperty(series, spread);
      if (path === undefined) this.open.push(series);
      else {
        const byValue = properties.get(path) ?? new Map<unknown, Series[]>();
        properties.set(path, byValue);
        for (const value of valuesOf(series.where![path]!)!) addTo(byValue, value, series);
      }
    }
    for (const [path, byValue] of properties) this.byProperty.push({ steps: stepsOf(path), byValue });
  }

  matching(properties: JsonObject): readonly Series[] {
    const found = this.open.filter((series) => series.matches(properties));
    for (const { steps, byValue } of this.byProperty)
      for (const series of byValue.get(valueAt(properties, steps)) ?? [])
        if (series.matches(properties)) found.push(series);
    return found;
  }
}

/** How many different values the filters of all these series ask for, by property. */
function valuesByProperty(all: readonly Series[]): Map<string, Set<Scalar>> {
  const spread = new Map<string, Set<Scalar>>();
  for (const { where = {} } of all)
    for (const [path, comparison] of Object.entries(where)) {
      const values = spread.get(path) ?? new Set();
      for (const value of valuesOf(comparison) ?? []) values.add(value);
      spread.set(path, values);
    }
  return spread;
}

/** The property that tells this series from most others. */
function sharpestProperty({ where = {} }: Series, spread: Map<string, Set<Scalar>>): string | undefined {
  const listed = Object.keys(where).filter((path) => valuesOf(where[path]!));
  return listed.sort((a, b) => spread.get(b)!.size - spread.get(a)!.size)[0];
}

function addTo<Key>(map: Map<Key, Series[]>, key: Key, series: Series): void {
  const list = map.get(key);
  if (list) list.push(series);
  else map.set(key, [series]);
}
