import type { ContactId, Instant, JsonObject } from '@entente/kernel';
import type { Moment, Subject, Tracked } from '../conditions/kind';
import type { Memory } from '../memories/memory';
import type { SeriesState } from '../state/series-state';
import { zoneOf } from '../time-zone';

/** A compiled rule. */
export interface Test {
  passes(evaluation: Evaluation): boolean;
}

/** A condition as the book has it: once, for all the rules that contain it. */
export class Leaf implements Test {
  /** The versions whose rules contain it; none when only extra rules do. */
  readonly versions = new Set<number>();
  /** Whether several versions contain it. */
  isShared = false;

  constructor(
    readonly tracked: Tracked,
    readonly memories: readonly Memory[],
    /** The top-level traits that it reads. */
    readonly traits: readonly string[],
    /** The version it refers to, when it is about membership. */
    readonly refersTo: number | undefined,
  ) {}

  passes(evaluation: Evaluation): boolean {
    return evaluation.holds(this);
  }
}

/** A condition of versions that time alone may change. */
export type TimedLeaf = Leaf & { readonly tracked: { changesAt: NonNullable<Leaf['tracked']['changesAt']> } };

export const isTimed = (leaf: Leaf): leaf is TimedLeaf =>
  leaf.tracked.changesAt !== undefined && leaf.versions.size > 0;

/** One contact at one instant, in which each condition that several rules share is evaluated once at most. */
export class Evaluation implements Moment {
  private values: Map<Leaf, boolean> | undefined;
  /** The versions that were decided to be otherwise than known. */
  private differing: Set<number> | undefined;

  readonly contact: ContactId;
  readonly state: SeriesState;
  readonly traits: JsonObject;
  private ownZone: string | undefined;

  constructor(
    { contact, state, traits }: Subject,
    readonly now: Instant,
    private readonly timeZone: string,
    private readonly known: ReadonlySet<number>,
  ) {
    this.contact = contact;
    this.state = state;
    this.traits = traits;
  }

  get zone(): string {
    return (this.ownZone ??= zoneOf(this.traits, this.timeZone));
  }

  holds(leaf: Leaf): boolean {
    if (!leaf.isShared) return leaf.tracked.holds(this);
    this.values ??= new Map();
    let value = this.values.get(leaf);
    if (value === undefined) {
      value = leaf.tracked.holds(this);
      this.values.set(leaf, value);
    }
    return value;
  }

  /** What was decided here, else what was known before. */
  isMember(version: number): boolean {
    return this.known.has(version) !== (this.differing?.has(version) ?? false);
  }

  decide(version: number, test: Test): boolean {
    const member = test.passes(this);
    if (member !== this.known.has(version)) (this.differing ??= new Set()).add(version);
    return member;
  }
}
