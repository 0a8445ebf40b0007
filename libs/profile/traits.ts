import { normalizeAddress, type Address } from '@entente/event';
import { canonicalJson, type Instant, type Json, type JsonObject, type Uuid } from '@entente/kernel';

/** The latest value one source gave, and by which event: the later (instant, message) wins. */
export type SourcedValue = readonly [value: Json, at: Instant, message: Uuid];

/** Per trait name and source id, the latest value in event order, null included. Plain JSON, as it is stored. */
export type SourcedTraits = { readonly [trait: string]: { readonly [source: string]: SourcedValue } };

/** What one event says about its contact's traits. */
export interface TraitChange {
  readonly source: number;
  readonly at: Instant;
  readonly message: Uuid;
  readonly values: JsonObject;
}

export interface AppliedTraits {
  readonly traits: SourcedTraits;
  /** Names that hold this event's value now, or lost theirs for want of room: what to write back and which conditions to look at. */
  readonly changed: string[];
  /** Names that found no room, to be reported. */
  readonly refused: string[];
}

/** How much a source counts: of the values for a trait, the one of the lowest precedence is read. */
export interface SourceRank {
  readonly id: number;
  readonly precedence: number;
  readonly trusted: boolean;
}

/**
 * Trait names that one source may set for one contact. Beyond it the names that come first in the order of their text stay,
 * because that choice is the same in every order of arrival. A source fills only its own room.
 */
export const MOST_TRAITS = 500;

/**
 * Folds an event's traits in.
 * 1. The order in which events are applied does not matter.
 * 2. An event applied twice changes nothing the second time.
 */
export function applyTraits(traits: SourcedTraits, change: TraitChange): AppliedTraits {
  const source = String(change.source);
  const said = Object.entries(change.values).map(([name, value]) => [
    name,
    [value, change.at, change.message],
  ]);
  const news = (said as [string, SourcedValue][]).filter(([name, value]) =>
    isLater(value, ownValue(traits, name)?.[source]),
  );
  const merged = withValues(traits, source, news);
  const kept = withinRoom(merged, source);
  const refused = news
    .map(([name]) => name)
    .filter((name) => !Object.hasOwn(kept, name) || !kept[name]![source]);
  const dropped = Object.keys(merged === kept ? {} : traits).filter(
    (name) => traits[name]![source] && !ownValue(kept, name)?.[source],
  );
  const set = news.map(([name]) => name).filter((name) => !refused.includes(name));
  const changed = [...set, ...dropped];
  return { traits: changed.length > 0 ? kept : traits, changed, refused };
}

/** What two contacts that are one person have together. Commutative, associative, idempotent. */
export function mergeTraits(a: SourcedTraits, b: SourcedTraits): SourcedTraits {
  const sources = new Set<string>();
  let merged = a;
  for (const [name, values] of Object.entries(b))
    for (const [source, value] of Object.entries(values)) {
      sources.add(source);
      if (isLater(value, ownValue(merged, name)?.[source]))
        merged = withValues(merged, source, [[name, value]]);
    }
  return [...sources].reduce(withinRoom, merged);
}

const NOTHING_SAID: JsonObject = Object.freeze({});

/** A contact's traits as rules and templates see them. A null takes a source's value back, so the next source's is read. */
export function readTraits(traits: SourcedTraits, sources: Iterable<SourceRank>): JsonObject {
  const named = Object.entries(traits);
  if (named.length === 0) return NOTHING_SAID;
  const ranks = new Map([...sources].map(({ id, precedence }) => [String(id), precedence]));
  return Object.fromEntries(
    named
      .map(([name, values]) => [name, strongest(values, ranks)?.value[0]] as const)
      .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined),
  );
}

/** Who set the value that is read of a trait, and by which event; undefined when nobody did. */
export function originOf(
  traits: SourcedTraits,
  name: string,
  sources: readonly SourceRank[],
): { readonly source: number; readonly value: SourcedValue } | undefined {
  const ranks = new Map(sources.map(({ id, precedence }) => [String(id), precedence]));
  const best = strongest(ownValue(traits, name) ?? {}, ranks);
  return best && { source: Number(best.source), value: best.value };
}

/** Traits that a source says something of, each taken back. */
export function saidBy(source: number, traits: SourcedTraits): Record<string, null> {
  const names = Object.keys(traits).filter((name) => (traits[name]?.[String(source)]?.[0] ?? null) !== null);
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** The address mail goes to: the resolved `email` trait among trusted sources, if it is one plain address. */
export function mailAddress(traits: SourcedTraits, sources: readonly SourceRank[]): Address | undefined {
  const trusted = new Map(
    sources.filter((source) => source.trusted).map((s) => [String(s.id), s.precedence]),
  );
  const values = Object.entries(ownValue(traits, 'email') ?? {}).filter(([source]) => trusted.has(source));
  const email = strongest(Object.fromEntries(values), trusted)?.value[0];
  return typeof email === 'string' ? normalizeAddress(email) : undefined;
}

const ownValue = (traits: SourcedTraits, name: string) =>
  Object.hasOwn(traits, name) ? traits[name] : undefined;

/** Event order; for one message with two contents (only possible across contacts) the order of their texts. */
function isLater(a: SourcedValue, b: SourcedValue | undefined): boolean {
  if (!b || a[1] !== b[1]) return !b || a[1] > b[1];
  return a[2] === b[2] ? canonicalJson(a[0]) > canonicalJson(b[0]) : a[2] > b[2];
}

function withValues(
  traits: SourcedTraits,
  source: string,
  values: readonly (readonly [string, SourcedValue])[],
) {
  if (values.length === 0) return traits;
  const changed = values.map(([name, value]) => [name, { ...ownValue(traits, name), [source]: value }]);
  return { ...traits, ...(Object.fromEntries(changed) as SourcedTraits) };
}

function withinRoom(traits: SourcedTraits, source: string): SourcedTraits {
  const names = Object.keys(traits).filter((name) => traits[name]![source]);
  if (names.length <= MOST_TRAITS) return traits;
  const excess = new Set(names.sort().slice(MOST_TRAITS));
  const entries = Object.entries(traits).map(([name, values]) => [
    name,
    excess.has(name) ? without(values, source) : values,
  ]);
  return Object.fromEntries(
    entries.filter(([, values]) => Object.keys(values as object).length > 0),
  ) as SourcedTraits;
}

const without = (values: SourcedTraits[string], source: string) =>
  Object.fromEntries(Object.entries(values).filter(([of]) => of !== source));

/** The value of the lowest precedence; of equal ones the later, whichever source said it. */
function strongest(values: SourcedTraits[string], ranks: ReadonlyMap<string, number>): Strongest | undefined {
  let best: Strongest | undefined;
  for (const [source, value] of Object.entries(values)) {
    const rank = ranks.get(source) ?? Infinity;
    const isBetter = !best || rank < best.rank || (rank === best.rank && isLater(value, best.value));
    if (value[0] !== null && isBetter) best = { source, value, rank };
  }
  return best;
}

interface Strongest {
  readonly source: string;
  readonly value: SourcedValue;
  readonly rank: number;
}
