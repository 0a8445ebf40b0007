import type { Duration, Instant } from '@entente/kernel';
import { sooner } from '../sooner';
import type { Subject } from '../conditions/kind';
import { isToldByName } from '../event-names';
import type { Happened, HistoryEvent } from '../facts';
import { readsContext, readsCreated, type Rule } from '../rule';
import { Affected } from './affected';
import { decidedByInstants, reachesOf } from './by-instants';
import { Compilation } from './compilation';
import { Deviations, unionOf, type Deviation } from './deviation';
import { Evaluation, type Leaf, type Test } from './evaluation';
import { HeldRules } from './held-rules';
import { References } from './references';
import { NOTHING_KEPT, type SeriesState } from '../state/series-state';
import { firstChangeOf, Timing } from './timing';
import { Tracking, type HistoryOf, type SeriesNeeds } from './tracking';
import { inDependencyOrder, VersionNames, type SegmentVersion } from './versions';

const NOBODY: ReadonlySet<number> = new Set();
const WITHOUT: Subject = { contact: '0', state: NOTHING_KEPT, traits: {} };

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
  /** In the order of the versions. */
  private readonly tests: Test[] = [];
  private readonly heldRules = new HeldRules();
  /** The versions whose truth for somebody new depends on who they are. */
  private readonly personal: readonly number[];
  /** Whether events have to be given with their context. */
  readonly readsContext: boolean;
  /** Whether traits have to be given with when the contact was created. */
  readonly readsCreated: boolean;
  private readonly timing: Timing;
  private readonly compilation: Compilation;
  private readonly tracking: Tracking;
  private readonly references: References;
  private readonly affected: Affected;
  private nobody: ReadonlySet<number> | undefined;
  private readonly versions: ReadonlyMap<number, SegmentVersion>;

  /** `timeZone` is the IANA name of the zone of contacts that name none. Throws `SegmentCycle`. */
  constructor(
    versions: readonly SegmentVersion[],
    extra: readonly Rule[],
    private readonly timeZone: string,
  ) {
    const sorted = inDependencyOrder(versions);
    this.versions = new Map(sorted.map((version) => [version.id, version]));
    this.compilation = new Compilation(new VersionNames(versions));
    const refersTo = new Map(sorted.map((version) => [version.id, this.addVersion(version)]));
    for (const rule of extra) this.addHeld(rule);
    this.references = new References([...refersTo.keys()], refersTo);
    this.tracking = new Tracking(this.compilation.memories.values());
    this.timing = new Timing(this.compilation);
    this.affected = new Affected(this.compilation.leavesByTrait, this.references);
    this.personal = this.affected.byLeaves(this.compilation.personal);
    const rules = [...versions.map(({ rule }) => rule), ...extra];
    this.readsContext = rules.some(readsContext);
    this.readsCreated = rules.some(readsCreated);
  }

  /** How much is kept in each memory: a state folded for less is not good for this book; `foldAll` makes it so. */
  get needs(): SeriesNeeds {
    return this.tracking.needs;
  }

  /** Whether it decides who is a member of a version. */
  has(version: number): boolean {
    return this.references.rankOf(version) !== undefined;
  }

  /** These versions, each after those it names. */
  inOrder(versions: readonly number[]): readonly number[] {
    return this.references.inOrder(versions);
  }

  /** A version and all that it names, at any distance. */
  withNamed(version: number): ReadonlySet<number> {
    return new Set(this.references.withReferred([version]));
  }

  /** Those of these versions that others of them name. */
  namedAmong(versions: readonly number[]): readonly number[] {
    return this.references.referredAmong(versions);
  }

  /** The names of the events that `fold` looks at: the history that `foldAll` needs has no others. */
  get eventNames(): readonly string[] {
    return this.tracking.eventNames;
  }

  looksAt(eventName: string): boolean {
    return this.tracking.looksAt(eventName);
  }

  emptyState(): SeriesState {
    return NOTHING_KEPT;
  }

  /**
   * The state with one more event, which was not folded before; the same object when nothing is kept of it. Where the state does not
   * tell what it would be then, the history does, this event included; 'recompute' when there is none.
   */
  fold(state: SeriesState, event: HistoryEvent): SeriesState | 'recompute';
  fold(state: SeriesState, event: HistoryEvent, history: HistoryOf): SeriesState;
  fold(state: SeriesState, event: HistoryEvent, history?: HistoryOf): SeriesState | 'recompute' {
    return this.tracking.fold(state, event, history);
  }

  foldAll(history: Iterable<HistoryEvent>): SeriesState {
    return this.tracking.foldAll(history);
  }

  /** The state with the memories that it lacks, of all events that those are fed; of the others the history may have any. */
  fill(state: SeriesState, lacked: ReadonlySet<string>, history: Iterable<HistoryEvent>): SeriesState {
    return this.tracking.fill(state, lacked, history);
  }

  /** What `fill` needs for these memories: events by name, and of which of them the properties. */
  eventsFeeding(memories: Iterable<string>): {
    readonly names: Set<string>;
    readonly withProperties: Set<string>;
    readonly context: boolean;
  } {
    const [names, withProperties] = [new Set<string>(), new Set<string>()];
    for (const key of memories) {
      const memory = this.compilation.memories.get(key);
      for (const name of memory?.eventNames ?? []) {
        names.add(name);
        if (memory!.readsProperties || !isToldByName(name)) withProperties.add(name);
      }
    }
    return { names, withProperties, context: this.readsContext };
  }

  /** Whether `fold` would change anything. */
  touchedBy(event: Happened): boolean {
    return this.tracking.matching(event).length > 0;
  }

  /** Whether one of these memories is among those that such an event is fed to. */
  feeds(event: Happened, memories: ReadonlySet<string>): boolean {
    return this.tracking.matching(event).some(({ memory }) => memories.has(memory.key));
  }

  /** The versions whose own conditions ask for one of these memories. */
  versionsAsking(memories: Iterable<string>): Set<number> {
    const leaves = [...memories].flatMap((key) => this.compilation.memories.get(key)?.leaves ?? []);
    return new Set(leaves.flatMap(({ versions }) => [...versions]));
  }

  /** Whether a segment reads one of these top-level traits. */
  usesTraits(names: readonly string[]): boolean {
    return this.affected.readsTraits(names);
  }

  /** The versions, dependents included and in order, whose truth such an event may change. */
  affectedByEvent(event: Happened): readonly number[] {
    return this.affected.byEvent(this.tracking.matching(event));
  }

  /** The versions, dependents included and in order, whose truth a change of these top-level traits may change. */
  affectedByTraits(names: readonly string[]): readonly number[] {
    return this.affected.byTraits(names);
  }

  /** The versions, dependents included and in order, whose truth may differ at `until` from `after` by time alone. */
  affectedByTime(subject: Subject, after: Instant, until: Instant): readonly number[] {
    return this.affected.byLeaves(this.timing.due(this.at(subject, after), until));
  }

  /**
   * The versions that the contact is a member of. With `only`, those alone are decided, and the rest is taken from
   * `known`, the members before; `only` has the dependents of what it has, as `affectedBy…` answers.
   */
  members(
    subject: Subject,
    now: Instant,
    only?: Iterable<number>,
    known: ReadonlySet<number> = NOBODY,
  ): Set<number> {
    const { entered, left } = this.changes(subject, now, known, only);
    const members = new Set(known);
    for (const version of left) members.delete(version);
    for (const version of entered) members.add(version);
    return members;
  }

  /** What differs from the members known before; with `only`, among those versions (see `members`). */
  changes(subject: Subject, now: Instant, known: ReadonlySet<number>, only?: Iterable<number>): Changes {
    const evaluation = this.at(subject, now, known);
    const entered: number[] = [];
    const left: number[] = [];
    for (const version of only ? this.references.inOrder(only) : this.references.order) {
      const member = this.decide(version, evaluation);
      if (member !== known.has(version)) (member ? entered : left).push(version);
    }
    return { entered, left };
  }

  /**
   * What somebody new comes into, who was evaluated for nothing before: what holds for everybody without events and traits,
   * decided once, but for the versions that depend on who it is and for `only`, which what they came with may change.
   */
  firstChanges(subject: Subject, now: Instant, only: readonly number[]): Changes {
    const nobody = this.membersWithout(now);
    const decided = this.references.inOrder(new Set([...this.personal, ...only]));
    const members = this.members(subject, now, decided, nobody);
    return { entered: this.references.inOrder(members), left: [] };
  }

  /** The versions that somebody without events and traits is a member of, whoever it is and whenever. */
  membersWithout(now: Instant): ReadonlySet<number> {
    return (this.nobody ??= this.members(WITHOUT, now));
  }

  /**
   * These versions alone, where when events happened and traits decide them; undefined where something else does, be it another
   * version, or when somebody was created.
   */
  alone(versions: readonly number[]): Book | undefined {
    if (this.references.withReferred(versions).length > versions.length) return undefined;
    const alone = new Book(
      versions.map((version) => this.versions.get(version)!),
      [],
      this.timeZone,
    );
    return decidedByInstants(alone.compilation) && !alone.readsCreated ? alone : undefined;
  }

  /** Of versions alone: the names of the events that are asked for, each with how long ago one may be to count; undefined: however long. */
  get reaches(): ReadonlyMap<string, Duration | undefined> {
    return reachesOf(this.compilation);
  }

  /** The top-level traits that its conditions read. */
  get traitNames(): readonly string[] {
    return [...this.compilation.leavesByTrait.keys()];
  }

  /** Among whom all are for whom one of these versions is, now or by time alone later, not what `membersWithout` says. */
  deviation(versions: Iterable<number>, now: Instant): Deviation {
    const somebody = this.at(WITHOUT, now, this.membersWithout(now));
    const deviations = new Deviations(this.versions, this.compilation, somebody);
    return unionOf([...versions].map((version) => deviations.of(version)));
  }

  /**
   * An instant strictly after `now` before which time alone changes no condition of a segment; undefined when time alone
   * never will. A condition may have this later than the very change in no case, and earlier in few.
   */
  nextChange(subject: Subject, now: Instant): Instant | undefined {
    return this.timing.next(this.at(subject, now));
  }

  /** As `nextChange` of the conditions that such an event may change, once it is folded. Of the others nothing changes sooner for it. */
  nextChangeAfter(event: Happened, subject: Subject, now: Instant): Instant | undefined {
    const moment = this.at(subject, now);
    let first: Instant | undefined;
    for (const { memory } of this.tracking.matching(event))
      first = sooner(first, firstChangeOf(memory.timed, moment));
    return first;
  }

  /** The same of the conditions that a change of these top-level traits may change, once they are set. */
  nextChangeAfterTraits(names: readonly string[], subject: Subject, now: Instant): Instant | undefined {
    return names.length === 0 ? undefined : this.timing.nextOfTraits(names, this.at(subject, now));
  }

  /** Whether an extra rule holds; it reads segments as a live version does. */
  holds(rule: Rule, subject: Subject, now: Instant): boolean {
    const held = this.heldRules.of(rule);
    const evaluation = this.at(subject, now);
    for (const version of this.references.withReferred(held.refersTo)) this.decide(version, evaluation);
    return held.test.passes(evaluation);
  }

  private decide(version: number, evaluation: Evaluation): boolean {
    return evaluation.decide(version, this.tests[this.references.rankOf(version)!]!);
  }

  private at(subject: Subject, now: Instant, known: ReadonlySet<number> = NOBODY): Evaluation {
    return new Evaluation(subject, now, this.timeZone, known);
  }

  /** Adds a version and answers which versions it refers to. */
  private addVersion(version: SegmentVersion): Set<number> {
    const { id, rule } = version;
    const { test, leaves } = this.compilation.compile(rule, version);
    for (const leaf of leaves) {
      leaf.versions.add(id);
      leaf.isShared = leaf.versions.size > 1;
    }
    this.tests.push(test);
    return referred(leaves);
  }

  private addHeld(rule: Rule): void {
    const { test, leaves } = this.compilation.compile(rule, { status: 'live' });
    this.heldRules.add(rule, { test, refersTo: referred(leaves) });
  }
}

const referred = (leaves: readonly Leaf[]): Set<number> =>
  new Set(leaves.flatMap(({ refersTo }) => refersTo ?? []));

/** The book of these versions. The events of extra rules (a campaign's branches) are kept too. Throws `SegmentCycle`. */
export const compileBook = (
  versions: readonly SegmentVersion[],
  extra: readonly Rule[] = [],
  timeZone = 'UTC',
): Book => new Book(versions, extra, timeZone);
