import type { Instant, JsonObject } from '@entente/kernel';
import { ruleText } from '../canonical';
import type { HistoryEvent } from '../facts';
import type { Rule } from '../rule';
import { Compilation } from './compilation';
import { Evaluation, type Leaf, type Test } from './evaluation';
import { References } from './references';
import type { SeriesState } from '../series';
import { Tracking, type SeriesNeeds } from './tracking';
import { inDependencyOrder, VersionNames, type SegmentVersion } from './versions';

const NOBODY: ReadonlySet<number> = new Set();

interface HeldRule {
  readonly test: Test;
  readonly refersTo: ReadonlySet<number>;
}

/** Versions that a contact comes into and goes out of, each before those that refer to it. */
export interface Changes {
  readonly entered: readonly number[];
  readonly left: readonly number[];
}

/**
 * All segments' rules as one machine. Invariants, for a state that has every event of a contact folded in, in any
 * order, and a `now` that is not before any of them:
 * 1. `members` is what `evaluate` says of each version.
 * 2. Time alone changes no condition before `nextChange`.
 * 3. What an event, a change of traits or a stretch of time changes is among what `affectedBy…` answers.
 */
export class Book {
  private readonly tests = new Map<number, Test>();
  private readonly heldRules = new Map<string, HeldRule>();
  private readonly heldByIdentity = new WeakMap<Rule, HeldRule>();
  /** By series, the conditions of versions that time alone may change. */
  private readonly timedLeaves = new Map<string, readonly Leaf[]>();
  private readonly compilation: Compilation;
  private readonly tracking: Tracking;
  private readonly references: References;
  private nobody: ReadonlySet<number> | undefined;

  /** Throws `SegmentCycle`. */
  constructor(versions: readonly SegmentVersion[], extra: readonly Rule[]) {
    const sorted = inDependencyOrder(versions);
    this.compilation = new Compilation(new VersionNames(versions));
    const refersTo = new Map(sorted.map((version) => [version.id, this.addVersion(version)]));
    for (const rule of extra) this.addHeld(rule);
    this.references = new References([...this.tests.keys()], refersTo);
    this.tracking = new Tracking(this.compilation.series.values());
    for (const [series, leaves] of this.compilation.leavesBySeries)
      this.timedLeaves.set(series, leaves.filter(isTimed));
  }

  /** How many instants are kept of each series: a state folded for less is not good for this book; `foldAll` makes it so. */
  get needs(): SeriesNeeds {
    return this.tracking.needs;
  }

  emptyState(): SeriesState {
    return {};
  }

  /**
   * The state with one more event, which was not folded before; the same object when no series has it. 'recompute'
   * when the state was folded for smaller needs than this book's.
   */
  fold(state: SeriesState, event: HistoryEvent): SeriesState | 'recompute' {
    return this.tracking.fold(state, event);
  }

  foldAll(history: Iterable<HistoryEvent>): SeriesState {
    return this.tracking.foldAll(history);
  }

  /** Whether `fold` would change anything. */
  touchedBy(event: string, properties: JsonObject): boolean {
    return this.tracking.matching(event, properties).length > 0;
  }

  /** Whether a segment reads one of these top-level traits. */
  usesTraits(names: readonly string[]): boolean {
    return names.some((name) => this.leavesOfTrait(name).some((leaf) => leaf.versions.size > 0));
  }

  /** The versions, dependents included and in order, whose truth such an event may change. */
  affectedByEvent(event: string, properties: JsonObject): number[] {
    const matching = this.tracking.matching(event, properties);
    return this.affectedBy(matching.flatMap(({ key }) => this.leavesOfSeries(key)));
  }

  /** The versions, dependents included and in order, whose truth a change of these top-level traits may change. */
  affectedByTraits(names: readonly string[]): number[] {
    return this.affectedBy(names.flatMap((name) => this.leavesOfTrait(name)));
  }

  /** The versions, dependents included and in order, whose truth may differ at `until` from `after` by time alone. */
  affectedByTime(state: SeriesState, traits: JsonObject, after: Instant, until: Instant): number[] {
    const moment = new Evaluation(state, traits, after, NOBODY);
    const due: Leaf[] = [];
    for (const [leaf, at] of this.changesOf(moment)) if (at <= until) due.push(leaf);
    return this.affectedBy(due);
  }

  /**
   * The versions that the contact is a member of. With `only`, those alone are decided, and the rest is taken from
   * `known`, the members before; `only` has the dependents of what it has, as `affectedBy…` answers.
   */
  members(
    state: SeriesState,
    traits: JsonObject,
    now: Instant,
    only?: Iterable<number>,
    known: ReadonlySet<number> = NOBODY,
  ): Set<number> {
    const { entered, left } = this.changes(state, traits, now, known, only);
    const members = new Set(known);
    for (const version of left) members.delete(version);
    for (const version of entered) members.add(version);
    return members;
  }

  /** What differs from the members known before; with `only`, among those versions (see `members`). */
  changes(
    state: SeriesState,
    traits: JsonObject,
    now: Instant,
    known: ReadonlySet<number>,
    only?: Iterable<number>,
  ): Changes {
    const evaluation = new Evaluation(state, traits, now, known);
    const entered: number[] = [];
    const left: number[] = [];
    for (const version of only ? this.references.inOrder(only) : this.references.order) {
      const member = evaluation.decide(version, this.tests.get(version)!);
      if (member !== known.has(version)) (member ? entered : left).push(version);
    }
    return { entered, left };
  }

  /** The members that a contact without events and traits has: what a new contact starts from. */
  membersOfNobody(now: Instant): ReadonlySet<number> {
    return (this.nobody ??= this.members({}, {}, now));
  }

  /** The first instant strictly after `now` at which time alone changes a condition of a segment. */
  nextChange(state: SeriesState, traits: JsonObject, now: Instant): Instant | undefined {
    const moment = new Evaluation(state, traits, now, NOBODY);
    let next: Instant | undefined;
    for (const [, at] of this.changesOf(moment)) if (next === undefined || at < next) next = at;
    return next;
  }

  /** Whether a rule of a version or an extra rule holds; it reads segments as a live version does. */
  holds(rule: Rule, state: SeriesState, traits: JsonObject, now: Instant): boolean {
    const held = this.heldRule(rule);
    const evaluation = new Evaluation(state, traits, now, NOBODY);
    for (const version of this.references.withReferred(held.refersTo))
      evaluation.decide(version, this.tests.get(version)!);
    return held.test(evaluation);
  }

  /** Adds a version and answers which versions it refers to. */
  private addVersion({ id, rule, status }: SegmentVersion): Set<number> {
    const { test, leaves } = this.compilation.compile(rule, status);
    for (const leaf of leaves) leaf.versions.add(id);
    this.tests.set(id, test);
    this.addHeld(rule);
    return referred(leaves);
  }

  private addHeld(rule: Rule): void {
    const { test, leaves } = this.compilation.compile(rule, 'live');
    this.heldRules.set(ruleText(rule), { test, refersTo: referred(leaves) });
  }

  private heldRule(rule: Rule): HeldRule {
    const held = this.heldByIdentity.get(rule) ?? this.heldRules.get(ruleText(rule));
    if (!held) throw new Error('The book was compiled without this rule.');
    this.heldByIdentity.set(rule, held);
    return held;
  }

  private affectedBy(leaves: readonly Leaf[]): number[] {
    return this.references.withDependents(new Set(leaves.flatMap(({ versions }) => [...versions])));
  }

  /** The next change of each condition on what this contact has, where time alone brings one. */
  private *changesOf(moment: Evaluation): Iterable<[Leaf, Instant]> {
    for (const series of Object.keys(moment.state))
      for (const leaf of this.timedLeaves.get(series) ?? []) {
        const at = leaf.tracked.changesAt!(moment);
        if (at !== undefined) yield [leaf, at];
      }
  }

  private leavesOfSeries(key: string): readonly Leaf[] {
    return this.compilation.leavesBySeries.get(key) ?? [];
  }

  private leavesOfTrait(name: string): readonly Leaf[] {
    return this.compilation.leavesByTrait.get(name) ?? [];
  }
}

const isTimed = ({ tracked, versions }: Leaf): boolean =>
  tracked.changesAt !== undefined && versions.size > 0;

const referred = (leaves: readonly Leaf[]): Set<number> =>
  new Set(leaves.flatMap(({ refersTo }) => refersTo ?? []));

/** The book of these versions. The events of extra rules (a campaign's branches) are kept too. Throws `SegmentCycle`. */
export const compileBook = (versions: readonly SegmentVersion[], extra: readonly Rule[] = []): Book =>
  new Book(versions, extra);
