import type { ContactId, Duration, Instant, Json, JsonObject } from '@entente/kernel';
import type { Facts } from '../facts';
import type { Findings } from '../findings';
import type { Schema } from '../schema/schema';
import type { Memory, Remembered } from '../memories/memory';
import type { SeriesState } from '../state/series-state';

/**
 * What a condition names: the events it counts, the top-level traits and the paths of events' context it reads, the segments it refers to, and those of
 * which it counts entries and exits.
 */
export interface Names {
  readonly events?: readonly string[];
  readonly traits?: readonly string[];
  readonly context?: readonly string[];
  readonly segments?: readonly string[];
  readonly tellers?: readonly string[];
}

/** A contact as the incremental form sees it. */
export interface Subject {
  readonly contact: ContactId;
  readonly state: SeriesState;
  readonly traits: JsonObject;
}

/** A contact at an instant. `now` is not before any event that was folded. */
export interface Moment extends Subject {
  readonly now: Instant;
  /** IANA name of the contact's time zone. */
  readonly zone: string;
  isMember(version: number): boolean;
}

/** What a condition may ask for while it is compiled. */
export interface Needs {
  memory<Kept extends Json, Options extends Json>(asked: Remembered<Kept, Options>): Memory<Kept>;
  /** The version that the name of a segment stands for here. */
  version(segment: string): number | undefined;
}

/** So many events of a condition's one memory, none longer ago than this, are needed for anything to differ, now or later by time alone. */
export interface Threshold {
  readonly events: number;
  readonly within: Duration | undefined;
}

/** A condition over the state that `fold` keeps. */
export interface Tracked {
  holds(moment: Moment): boolean;
  /**
   * An instant after `now` before which time alone does not change what `holds` says: rather the very instant of the change,
   * for each that is early costs a look in vain. Absent where time changes nothing. Only asked for contacts that have
   * something in one of its memories, or one of its traits.
   */
  changesAt?(moment: Moment): Instant | undefined;
  /** How few events leave everything as it is for somebody without; any one of its memories' may change something where this is absent. */
  readonly threshold?: Threshold;
  /** Whether somebody without events and traits may differ from somebody else without: a sample does. */
  readonly personal?: boolean;
}

/** One kind of condition. A kind answers for itself: nothing else asks what kind a condition is. */
export interface ConditionKind<Condition> {
  /** Every field it may have, the one that bears its name first. */
  readonly fields: readonly string[];
  /** The same fields, each with its schema. */
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Fields that must be there besides the one that bears its name. */
  readonly required?: readonly string[];
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
