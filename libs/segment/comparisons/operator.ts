import type { Json } from '@entente/kernel';

/** What equality knows. Text is compared exactly, letter case and accents included; numbers as doubles. */
export type Scalar = string | number | boolean;

/** One operator of a comparison, such as `gte`. Nothing and a value of another type compare false. */
export interface Operator<Operand extends Json> {
  /** What may stand behind it, for an author who wrote something else. */
  readonly expected: string;
  /** The operand in its canonical form, or undefined when it is none. */
  parse(raw: unknown): Operand | undefined;
  holds(value: Json | undefined, operand: Operand): boolean;
  /** The only values that can pass, where they can be listed: events are indexed by them. */
  only?(operand: Operand): readonly Scalar[];
  /** The whole number from which on the truth no longer changes. Only operators that have it compare counts. */
  settles?(operand: Operand): number;
}
