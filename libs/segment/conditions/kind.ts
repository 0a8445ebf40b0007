import type { Instant, JsonObject } from '@entente/kernel';
import type { Filter } from '../comparisons/filter';
import type { Facts } from '../facts';
import type { Findings } from '../findings';
import type { Series, SeriesState } from '../series';

/** What a condition names: the events it counts, the top-level traits it reads, the segments it refers to. */
export interface Names {
  readonly events?: readonly string[];
  readonly traits?: readonly string[];
  readonly segments?: readonly string[];
}

/** A contact at an instant, as the incremental form sees it. `now` is not before any event that was folded. */
export interface Moment {
  readonly state: SeriesState;
  readonly traits: JsonObject;
  readonly now: Instant;
  isMember(version: number): boolean;
}

/** What a condition may ask for while it is compiled. */
export interface Needs {
  /** The series of these events, with at least the `keep` latest instants of it kept. */
  series(event: string, where: Filter | undefined, keep: number): Series;
  /** The version that the name of a segment stands for here. */
  version(segment: string): number | undefined;
}

/** A condition over the state that `fold` keeps. */
export interface Tracked {
  holds(moment: Moment): boolean;
  /** The first instant after `now` at which time alone changes what `holds` says. Absent where time changes nothing. */
  changesAt?(moment: Moment): Instant | undefined;
}

/** One kind of condition. A kind answers for itself: nothing else asks what kind a condition is. */
export interface ConditionKind<Condition> {
  /** Every field it may have, the one that bears its name first. */
  readonly fields: readonly string[];
  /** The condition in its canonical form; undefined when something is wrong, which `findings` then has. */
  parse(fields: Readonly<Record<string, unknown>>, path: string, findings: Findings): Condition | undefined;
  names(condition: Condition): Names;
  /** The definition: slow, obvious, total. */
  holds(condition: Condition, facts: Facts, now: Instant): boolean;
  /** What the definition looked at, for people. */
  because(condition: Condition, facts: Facts, now: Instant): JsonObject;
  /** The same truth without the history. */
  compile(condition: Condition, needs: Needs): Tracked;
}
