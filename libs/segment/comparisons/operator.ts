import type { Instant, Json, JsonObject } from '@entente/kernel';

/** What equality knows. Text is compared exactly, letter case and accents included; numbers as doubles. */
export type Scalar = string | number | boolean;

/** What a comparison may look at besides the value. */
export interface Context {
  readonly now: Instant;
  readonly traits: JsonObject;
  /** IANA name of the contact's time zone. */
  readonly zone: string;
}

/** What the truth of an operator with its operand depends on besides the value. */
export interface Dependence {
  /** Whether time alone may change it; `turnsAt` says when. */
  readonly onTime?: boolean;
  /** Top-level names of the traits that it reads. */
  readonly onTraits?: readonly string[];
}

/** One operator of a comparison, such as `gte`. Nothing and a value of another type compare false. */
export interface Operator<Operand extends Json> {
  /** What may stand behind it, for an author who wrote something else. */
  readonly expected: string;
  /** The operand in its canonical form, or undefined when it is none. */
  parse(raw: unknown): Operand | undefined;
  holds(value: Json | undefined, operand: Operand, context: Context): boolean;
  /** The only values that can pass, where they can be listed: events are indexed by them. */
  only?(operand: Operand): readonly Scalar[] | undefined;
  /** The whole number from which on the truth no longer changes. Only operators that have it compare counts. */
  settles?(operand: Operand): number;
  /** Absent: on the value alone, at every instant. */
  depends?(operand: Operand): Dependence | undefined;
  /** Where it depends on time: an instant after `now` before which time alone does not change what `holds` says. */
  turnsAt?(value: Json | undefined, operand: Operand, context: Context): Instant | undefined;
}
