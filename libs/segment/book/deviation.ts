import type { Duration, JsonObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { valuesOf } from '../comparisons/comparison';
import type { Filter } from '../comparisons/filter';
import { conjunctsOf } from '../comparisons/filter-of';
import { ANYTHING, namesOf } from '../event-names';
import { feedOfName } from '../memories/feed-of-name';
import type { Feed } from '../memories/memory';
import { isOfProperties, stepsOf } from '../read';
import type { Threshold } from '../conditions/kind';
import type { Condition } from '../conditions/registry';
import type { Rule } from '../rule';
import type { Compilation } from './compilation';
import type { Evaluation, Leaf } from './evaluation';
import type { Reader, SegmentVersion } from './versions';

/** Contacts with so many events of some names. Events without these properties do not count; it may be that others do not either. */
export interface EventsHad {
  /** Among which may be `ANYTHING`. */
  readonly names: readonly string[];
  /** Only what Entente itself tells. */
  readonly own: boolean;
  readonly properties: JsonObject | undefined;
  readonly atLeast: number;
  /** Events longer ago than this do not count. */
  readonly within: Duration | undefined;
}

/**
 * Among whom all are for whom something differs from what it is for somebody without events and traits, now or, by time alone,
 * later. Whoever is in none of these lists is like somebody without.
 */
export interface Deviation {
  readonly everybody: boolean;
  readonly events: readonly EventsHad[];
  /** Contacts that have one of these top-level traits. */
  readonly traits: readonly string[];
  /** Contacts that are in one of these versions. */
  readonly members: readonly number[];
  /** Contacts that are out of one of these versions. */
  readonly others: readonly number[];
}

const NOBODY_DEVIATES: Deviation = {
  everybody: false,
  events: [],
  traits: [],
  members: [],
  others: [],
};

export const unionOf = (all: readonly Deviation[]): Deviation => ({
  everybody: all.some(({ everybody }) => everybody),
  events: all.flatMap(({ events }) => events),
  traits: [...new Set(all.flatMap(({ traits }) => traits))],
  members: [...new Set(all.flatMap(({ members }) => members))],
  others: [...new Set(all.flatMap(({ others }) => others))],
});

/** The one that is likely to name the fewest contacts. */
const fewestOf = (all: readonly Deviation[]): Deviation =>
  all.reduce((fewest, one) => (breadthOf(one) < breadthOf(fewest) ? one : fewest));

/** Not a number of contacts: an order in which it pays to ask. */
function breadthOf({ everybody, events, traits, members, others }: Deviation): number {
  if (everybody) return Infinity;
  const ofEvents = events.map(
    ({ names, atLeast, within }) =>
      ((within === undefined ? 2 : 1) * (names.includes(ANYTHING) ? bounds.names : names.length)) / atLeast,
  );
  return [...ofEvents, ...traits.map(() => 3), ...members.map(() => 1), ...others.map(() => 10)].reduce(
    (sum, one) => sum + one,
    0,
  );
}

/** Of a condition that refers to no segment. */
function deviationOf({ tracked, memories, traits }: Leaf): Deviation {
  const threshold: Threshold = tracked.threshold ?? { events: 1, within: undefined };
  const had = (feed: Feed): EventsHad => ({
    names: namesOf(feed.event).filter((name) => feedOfName(name, feed)),
    own: feed.own === true,
    properties: demanded(feed.where),
    atLeast: threshold.events,
    within: threshold.within,
  });
  return {
    ...NOBODY_DEVIATES,
    everybody: tracked.personal ?? false,
    events: memories.flatMap(({ feeds }) => feeds.map(had)),
    traits: tracked.threshold ? [] : traits,
  };
}

/** The properties of which a filter lets a single value pass. */
function demanded(where: Filter | undefined): JsonObject | undefined {
  const equal = conjunctsOf(where).flatMap(([path, comparison]) => {
    const values = isOfProperties(path) ? valuesOf(comparison) : undefined;
    return values?.length === 1 ? [{ steps: stepsOf(path), value: values[0]! }] : [];
  });
  return equal.length === 0
    ? undefined
    : equal.reduce((all, { steps, value }) => withValue(all, steps, value), {});
}

function withValue(
  object: JsonObject,
  [step, ...rest]: readonly string[],
  value: JsonObject[string],
): JsonObject {
  const inner = object[step!];
  return {
    ...object,
    [step!]: rest.length === 0 ? value : withValue(isBranch(inner) ? inner : {}, rest, value),
  };
}

const isBranch = (value: JsonObject[string] | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Tells who deviates from a version, of rules that a compilation has taken in. */
export class Deviations {
  private readonly known = new Map<number, Deviation>();

  /** `somebody` is without events and traits. */
  constructor(
    private readonly versions: ReadonlyMap<number, SegmentVersion>,
    private readonly compilation: Compilation,
    private readonly somebody: Evaluation,
  ) {}

  of(version: number): Deviation {
    const known = this.known.get(version);
    if (known) return known;
    const own = this.versions.get(version)!;
    const { deviation } = this.ofRule(own.rule, own);
    this.known.set(version, deviation);
    return deviation;
  }

  /** Where one part decides for somebody without anything, only who deviates from that part can deviate from the whole. */
  private ofRule(rule: Rule, reader: Reader): { usual: boolean; deviation: Deviation } {
    if ('not' in rule) {
      const { usual, deviation } = this.ofRule(rule.not, reader);
      return { usual: !usual, deviation };
    }
    const parts = 'all' in rule ? rule.all : 'any' in rule ? rule.any : undefined;
    if (!parts) return this.ofLeaf(this.compilation.leaf(rule as Condition, reader));
    const decisive: boolean = 'any' in rule;
    const inside = parts.map((part) => this.ofRule(part, reader));
    const deciding = inside.filter(({ usual }) => usual === decisive).map(({ deviation }) => deviation);
    if (deciding.length > 0) return { usual: decisive, deviation: fewestOf(deciding) };
    return { usual: !decisive, deviation: unionOf(inside.map(({ deviation }) => deviation)) };
  }

  private ofLeaf(leaf: Leaf): { usual: boolean; deviation: Deviation } {
    const usual = this.somebody.holds(leaf);
    const { refersTo } = leaf;
    if (refersTo === undefined) return { usual, deviation: deviationOf(leaf) };
    if (this.versions.get(refersTo)?.status === 'building') return { usual, deviation: this.of(refersTo) };
    return { usual, deviation: { ...NOBODY_DEVIATES, [usual ? 'others' : 'members']: [refersTo] } };
  }
}
