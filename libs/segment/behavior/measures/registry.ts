import { average, max, min } from './amounts';
import { count } from './count';
import { distinct } from './distinct';
import { first, last } from './edge';
import type { Schema } from '../../schema/schema';
import type { Measure } from './measure';
import { percentile } from './percentile';
import { ratio } from './ratio';
import { regular } from './regular';
import { sum } from './sum';

/** What can be asked of the events in a period. */
export const measures = {
  count,
  sum,
  average,
  min,
  max,
  distinct,
  percentile,
  ratio,
  first,
  last,
  regular,
} as const;

export type MeasureName = keyof typeof measures;
export const measureNames = Object.keys(measures) as MeasureName[];

/** What each of them may be asked, in its canonical form. */
export type MeasureFields = {
  readonly [Name in MeasureName]?: (typeof measures)[Name] extends Measure<infer Asked> ? Asked : never;
};

export const measureSchemas = Object.fromEntries(
  measureNames.map((name) => [name, measures[name].schema]),
) as Readonly<Record<MeasureName, Schema>>;

/** A measure whose form is known to be its own: conditions are made by their kind's `parse` only. */
export const measureOf = (name: MeasureName): Measure<unknown> =>
  measures[name] as unknown as Measure<unknown>;
