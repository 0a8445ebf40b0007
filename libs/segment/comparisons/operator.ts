import type { Instant, Json, JsonObject } from '@entente/kernel';
import type { Findings } from '../findings';
import type { Schema } from '../schema/schema';

/** What equality knows. Text is compared exactly, letter case and accents included; numbers as doubles. */
export type Scalar = string | number | boolean;

/** What a comparison may look at besides the value. */
export interface Context {
  readonly now: Instant;
  readonly traits: JsonObject;
  /** IANA name of the contact's time zone. */
  readonly zone: string;
  /** In a filter: the other properties of the same event, or fields of the same object, by their dot paths. */
  readonly beside?: (path: string) => Json | undefined;
}

/** The context of a value that has others beside it. */
export const withBeside = (
  { now, traits, zone }: Context,
  beside: NonNullable<Context['beside']>,
): Context => ({ now, traits, zone, beside });

/** For comparisons that are known to look at nothing but the value. */
export const NO_CONTEXT: Context = { now: 0, traits: {}, zone: 'UTC' };

/** What the truth of an operator with its operand depends on besides the value. */
export interface Dependence {
  /** Whether time alone may change it; `turns` says when. */
  readonly onTime?: boolean;
  /** Top-level names of the traits that it reads. */
  readonly onTraits?: readonly string[];
  /** Paths of what it reads beside the value, of the same event or object. */
  readonly beside?: readonly string[];
}

/** Whether the truth of one and the same value in one and the same event moves. */
export const moves = (dependence: Dependence | undefined): boolean =>
  dependence?.onTime === true || (dependence?.onTraits ?? []).length > 0;

/** Whether a value passes. Nothing and a value of another type do not. */
export type Test = (value: Json | undefined, context: Context) => boolean;

/** An instant after `now` before which time alone does not change whether a value passes. */
export type Turn = (value: Json | undefined, context: Context) => Instant | undefined;

/** So many items a list is reckoned to have: a rule does not say. */
export const RECKONED_ITEMS = 10;

/** What the name of an event is compared as, and the instant of something. */
export type Compared = 'text' | 'date';

/** One operator of a comparison, such as `gte`. */
export interface Operator<Operand extends Json> {
  /** What may stand behind it, for an author who wrote something else. */
  readonly expected: string;
  readonly schema: Schema;
  /** The operand in its canonical form, or undefined when it is none; `findings` may then have more than `expected` says. */
  parse(raw: unknown, path: string, findings: Findings): Operand | undefined;
  /** The test that the operand makes. Asked once for a comparison: what is dear is prepared here. */
  test(operand: Operand): Test;
  /**
   * Values at which, or right beside which, its truth changes: with a value next to each and one beyond them all, some value passes
   * several operators if any does. Absent where there are no such few.
   */
  edges?(operand: Operand): readonly Json[] | undefined;
  /** The values that pass, where they can be listed: events are indexed by them. */
  only?(operand: Operand): readonly Scalar[] | undefined;
  /** The whole number from which on the truth no longer changes, for operators that compare numbers. */
  settles?(operand: Operand): number;
  /** How many comparisons one value is reckoned to take; absent: one. */
  steps?(operand: Operand): number;
  /** Absent: on the value alone, at every instant. Of values that are instants, and no days, it may depend on less. */
  depends?(operand: Operand, ofInstants?: boolean): Dependence | undefined;
  /** What it takes single values for with this operand; undefined where it compares neither. */
  compares?(operand: Operand): Compared | undefined;
  /** Where it depends on time. */
  turns?(operand: Operand): Turn;
}
