import { ANYTHING, isAnything, isSpoofed, namesOf } from '../event-names';
import { isListed, valuesOf, type Comparison } from '../comparisons/comparison';
import { comparisonsIn, conjunctsOf } from '../comparisons/filter-of';
import type { Scalar } from '../comparisons/operator';
import type { Happened } from '../facts';
import { feedOfName } from '../memories/feed-of-name';
import type { Feed } from '../memories/memory';
import { eventReader } from '../read-event';
import { testOfFeed, type OpenMemory } from './open-memory';

/** One feed of a memory, as the index finds it. */
interface Entry {
  /** Comparisons that must hold for every one of them, by property. */
  readonly where: ReadonlyMap<string, Comparison>;
  /** Whether it has an event that is found here; absent where being found here says so. */
  readonly takes?: (event: Happened) => boolean;
  /** What it finds when no other feed of the memory has the event. */
  readonly match: Match;
  /** Whether the memory has no other feed. */
  readonly isOnly: boolean;
}

type Reader = ReturnType<typeof eventReader>;
type ByValue = Map<unknown, Entry[]>;

/** A memory that an event is fed to, and by which of its feeds. */
export interface Match {
  readonly memory: OpenMemory;
  readonly feeds: readonly number[];
}

/** Finds the memories that an event is fed to, by its name and then by one equality where a filter has one. */
export class EventIndex {
  private readonly byName = new Map<string, NameIndex>();
  private readonly ofAnything: NameIndex | undefined;

  constructor(all: Iterable<OpenMemory>) {
    const named = new Map<string, Entry[]>();
    for (const memory of all)
      for (const [place, { event }] of memory.feeds.entries())
        for (const name of namesOf(event)) {
          const entry = entryOf(memory, place, name);
          if (entry) addTo(named, name, entry);
        }
    for (const [name, list] of named) this.byName.set(name, new NameIndex(list));
    this.ofAnything = this.byName.get(ANYTHING);
  }

  has(eventName: string): boolean {
    return this.ofAnything !== undefined || this.byName.has(eventName);
  }

  matching(event: Happened): readonly Match[] {
    const isNobodys = event.name === ANYTHING || isSpoofed(event);
    const named = isNobodys ? NONE : (this.byName.get(event.name)?.matching(event) ?? NONE);
    if (!this.ofAnything || !isAnything(event)) return named;
    return together(named, this.ofAnything.matching(event));
  }
}

/** A feed of a memory for the events of one of its names, if it has any. */
function entryOf(memory: OpenMemory, place: number, name: string): Entry | undefined {
  const whole = memory.feeds[place]!;
  const feed = feedOfName(name, whole);
  return (
    feed && {
      where: new Map(conjunctsOf(feed.where)),
      ...(!isFound(feed) && { takes: feed === whole ? memory.tests[place]! : testOfFeed(feed) }),
      match: { memory, feeds: [place] },
      isOnly: memory.feeds.length === 1,
    }
  );
}

const NONE: readonly Match[] = [];
const NOTHING: readonly Entry[] = [];

class NameIndex {
  /** Feeds without an equality: each is tried. */
  private readonly open: Entry[] = [];
  private readonly byProperty: { read: Reader; byValue: ByValue }[] = [];
  /** Where one property tells everything, what each of its values finds. */
  private readonly plain: { read: Reader; matches: Map<unknown, readonly Match[]> } | undefined;

  constructor(all: readonly Entry[]) {
    const properties = new Map<string, ByValue>();
    const spread = valuesByProperty(all);
    for (const entry of all) {
      const path = sharpestProperty(entry, spread);
      if (path === undefined) this.open.push(entry);
      else {
        const byValue = properties.get(path) ?? new Map<unknown, Entry[]>();
        properties.set(path, byValue);
        for (const value of valuesOf(entry.where.get(path)!)!) addTo(byValue, value, entry);
      }
    }
    for (const [path, byValue] of properties) this.byProperty.push({ read: eventReader(path), byValue });
    if (this.byProperty.length > 1 || !all.every(({ takes, isOnly }) => !takes && isOnly)) return;
    const { read, byValue } = this.byProperty[0]!;
    const found = [...byValue].map(([value, list]) => [value, list.map(({ match }) => match)] as const);
    this.plain = { read, matches: new Map(found) };
  }

  matching(event: Happened): readonly Match[] {
    if (this.plain) return this.plain.matches.get(this.plain.read(event)) ?? NONE;
    const found = this.open.filter(({ takes }) => takes!(event));
    for (const { read, byValue } of this.byProperty)
      for (const entry of byValue.get(read(event)) ?? NOTHING)
        if (!entry.takes || entry.takes(event)) found.push(entry);
    return found.every(({ isOnly }) => isOnly) ? found.map(({ match }) => match) : byMemory(found);
  }
}

/** Whether the values by which an event is found are all that a feed asks for. */
function isFound({ own, identify, has, where }: Feed): boolean {
  const comparisons = comparisonsIn(where);
  if (own !== undefined || identify !== undefined || has !== undefined) return false;
  return comparisons.length === 1 && isListed(comparisons[0]![1]);
}

/** What two indexes find: a memory may have feeds in both. */
function together(some: readonly Match[], others: readonly Match[]): readonly Match[] {
  if (some.length === 0 || others.length === 0) return some.length === 0 ? others : some;
  const feedsOf = new Map<OpenMemory, number[]>();
  for (const { memory, feeds } of [...some, ...others])
    feedsOf.set(memory, [...new Set([...(feedsOf.get(memory) ?? []), ...feeds])]);
  return inPlace(feedsOf);
}

function byMemory(found: readonly Entry[]): Match[] {
  const feedsOf = new Map<OpenMemory, number[]>();
  for (const { match } of found) addTo(feedsOf, match.memory, match.feeds[0]!);
  return inPlace(feedsOf);
}

const inPlace = (feedsOf: ReadonlyMap<OpenMemory, number[]>): Match[] =>
  [...feedsOf].map(([memory, feeds]) => ({ memory, feeds: feeds.sort((a, b) => a - b) }));

/** How many different values the filters of all these feeds ask for, by property. */
function valuesByProperty(all: readonly Entry[]): Map<string, Set<Scalar>> {
  const spread = new Map<string, Set<Scalar>>();
  for (const { where } of all)
    for (const [path, comparison] of where) {
      const values = spread.get(path) ?? new Set();
      for (const value of valuesOf(comparison) ?? []) values.add(value);
      spread.set(path, values);
    }
  return spread;
}

/** The property that tells this feed from most others. */
function sharpestProperty({ where }: Entry, spread: Map<string, Set<Scalar>>): string | undefined {
  const listed = [...where].flatMap(([path, comparison]) => (valuesOf(comparison) ? [path] : []));
  return listed.sort((a, b) => spread.get(b)!.size - spread.get(a)!.size)[0];
}

function addTo<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}
