import type { Json } from '@entente/kernel';
import type { Context } from '../../comparisons/operator';
import type { Findings } from '../../findings';
import type { Schema } from '../../schema/schema';
import type { Takes } from '../../takes';
import type { Seen, Series } from '../seen';

/** Events that others are set against, and the property of theirs that is measured, if any. */
export interface Against extends Series {
  readonly of?: string;
}

/** What is asked of the events in a period, as one of these is named in a condition. `Asked` is its canonical form. */
export interface Measure<Asked> {
  /** The form of what is asked; `highest` is the highest number of times that can be asked for. */
  parse(raw: unknown, path: string, findings: Findings, highest: number): Asked | undefined;
  /** The same for OpenAPI. */
  readonly schema: Schema;
  /** Events whose measured property has no such value do not take part, nor do those that they are set against. */
  readonly takes: Takes;
  /** Whether nothing less tells it than every event of the period, of which the latest `bounds.judged` are looked at. */
  readonly needsAll?: true;
  /** The property that is measured. */
  of?(asked: Asked): string;
  /** The events that they are set against, if any, which are then the others. */
  against?(asked: Asked): Against | undefined;
  holds(asked: Asked, events: readonly Seen[], context: Context, others: readonly Seen[]): boolean;
  /** What is compared, for people. */
  found?(asked: Asked, events: readonly Seen[], context: Context, others: readonly Seen[]): Json;
}
