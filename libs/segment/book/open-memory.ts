import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '@entente/kernel';
import { filterTest, pathsIn } from '../comparisons/filter';
import { RECKONED_ITEMS } from '../comparisons/operator';
import { ANYTHING, isNamed, isToldByName, namesOf } from '../event-names';
import { inEventOrder, type Happened, type HistoryEvent } from '../facts';
import type { Feed, Item, Memory, MemoryKind, Remembered } from '../memories/memory';
import type { SeriesState } from '../state/series-state';
import { NAME } from '../read';
import { eventReader } from '../read-event';
import { isThroughLists, valuesReader } from '../through-lists';
import { isTimed, type Leaf, type TimedLeaf } from './evaluation';

/**
 * A memory that grows with what conditions ask of it while a book is compiled. Each event finds another one of thousands:
 * what is asked next is at hand here, for looking it up elsewhere would take as long as using it.
 */
export class OpenMemory implements Memory {
  readonly key: string;
  readonly feeds: readonly Feed[];
  /** By feed, whether it has an event of its name. */
  readonly tests: readonly ((event: Happened) => boolean)[];
  /** The conditions that read it. */
  readonly leaves: Leaf[] = [];
  /** The versions that it may change, dependents included, once they were asked for. */
  affected: readonly number[] | undefined;
  size = 0;
  private timedLeaves: readonly TimedLeaf[] | undefined;
  private readonly kind: MemoryKind<Json, Json>;
  private readonly options: Json;
  private readonly picks: readonly string[];
  private readonly readers: readonly ReturnType<typeof eventReader>[];
  /** Of what is picked through lists, if anything, its place, and what reads all of its values. */
  private readonly through:
    { readonly place: number; readonly read: ReturnType<typeof valuesReader> } | undefined;

  constructor({ kind, feeds, options, picks = [] }: Remembered<Json, Json>) {
    this.key = keyOf([
      kind.name,
      kind.meaning,
      feeds,
      options,
      picks,
      ...(feeds.some(isOfCalls) ? [CALLS] : []),
    ]);
    this.kind = kind;
    this.feeds = feeds;
    this.options = options;
    this.tests = feeds.map(testOfFeed);
    this.picks = picks;
    this.readers = picks.map(eventReader);
    const place = picks.findIndex(isThroughLists);
    this.through = place < 0 ? undefined : { place, read: valuesReader(picks[place]!) };
  }

  get eventNames(): ReadonlySet<string> {
    return new Set(this.feeds.flatMap(({ event }) => namesOf(event)));
  }

  /** Whether it looks at the properties of its events. */
  get readsProperties(): boolean {
    const isProperty = (path: string): boolean => path !== NAME;
    return (
      this.picks.some(isProperty) ||
      this.feeds.some(({ identify, has, where }) => identify ?? has ?? pathsIn(where).some(isProperty))
    );
  }

  /** Whether of its events their names and instants tell what is kept. */
  get goesByInstants(): boolean {
    return (
      (this.kind.instantsOnly ?? false) &&
      this.picks.length === 0 &&
      !this.readsProperties &&
      this.feeds.every(
        ({ event, own }) => !own && namesOf(event).every((name) => name !== ANYTHING && isToldByName(name)),
      )
    );
  }

  /** Of the conditions that read it those that time alone may change; only asked for once the book is whole. */
  get timed(): readonly TimedLeaf[] {
    return (this.timedLeaves ??= this.leaves.filter(isTimed));
  }

  get holds(): number {
    return this.kind.holds(this.size, this.options) * (this.through ? RECKONED_ITEMS : 1);
  }

  in(state: SeriesState): Json | undefined {
    return state.get(this.key);
  }

  add(kept: Json | undefined, event: HistoryEvent, feeds: readonly number[]): Json | 'recompute' {
    const { kind, options } = this;
    if (kept !== undefined && !kind.suffices(kept, this.size)) return 'recompute';
    if (!this.through) return kind.add(kept, this.itemOf(event, feeds), this.size, options);
    return this.itemsOf(event, feeds).reduce<Json | undefined>(
      (after, item) => (after === 'recompute' ? after : kind.add(after, item, this.size, options)),
      kept,
    )!;
  }

  /** Of events of which some may be fed to it, in any order. */
  ofAny(history: readonly HistoryEvent[]): Json {
    const fed = history.map((event) => ({ event, feeds: this.feedsOf(event) }));
    return this.of(
      fed.filter(({ feeds }) => feeds.length > 0).sort((a, b) => inEventOrder(a.event, b.event)),
    );
  }

  private feedsOf(event: HistoryEvent): readonly number[] {
    const places: number[] = [];
    for (const [place, feed] of this.feeds.entries())
      if (isNamed(feed.event, event) && this.tests[place]!(event)) places.push(place);
    return places;
  }

  of(events: readonly { readonly event: HistoryEvent; readonly feeds: readonly number[] }[]): Json {
    const items = events.flatMap(({ event, feeds }) =>
      this.through ? this.itemsOf(event, feeds) : [this.itemOf(event, feeds)],
    );
    return this.kind.of(items, this.size, this.options);
  }

  private itemOf(event: HistoryEvent, feeds: readonly number[]): Item {
    const { at, id, properties } = event;
    const picked = this.readers.length > 0 ? this.readers.map((read) => read(event)) : NOTHING;
    return { at, id, feeds, properties, picked };
  }

  /** One for each value that is picked through lists; one without a value where there is none. */
  private itemsOf(event: HistoryEvent, feeds: readonly number[]): readonly Item[] {
    const { place, read } = this.through!;
    const item = this.itemOf(event, feeds);
    const values = read(event);
    return (values.length === 0 ? [undefined] : values).map((value) => ({
      ...item,
      picked: item.picked.with(place, value),
    }));
  }
}

const NOTHING: readonly [] = [];

/** Whether its events are told by more than their name: states of a release before have others among them, under the key without this. */
const isOfCalls = ({ event, identify }: Feed): boolean =>
  identify !== true && !namesOf(event).every(isToldByName);
const CALLS = 'calls';

/** Whether a feed has an event of its name. */
export function testOfFeed({ own, identify, has, where }: Feed): (event: Happened) => boolean {
  const passes = filterTest(where);
  return (event) =>
    (own !== true || event.own === true) &&
    (identify !== true || event.identify === true) &&
    (has === undefined || Object.hasOwn(event.properties, has)) &&
    passes(event);
}

const keyOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(canonicalJson(parts)).digest('base64url').slice(0, 12);
