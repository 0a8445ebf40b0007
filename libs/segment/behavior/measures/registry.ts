import { average, max, min } from './amounts';
import { count } from './count';
import { distinct } from './distinct';
import { first, last } from './edge';
import type { Measure } from './measure';
import { ratio } from './ratio';
import { regular } from './regular';
import { sum } from './sum';

/** What can be asked of the events in a period. */
export const measures = { count, sum, average, min, max, distinct, ratio, first, last, regular } as const;

export type MeasureName = keyof typeof measures;
export const measureNames = Object.keys(measures) as MeasureName[];

/** A measure whose form is known to be its own: conditions are made by their kind's `parse` only. */
export const measureOf = (name: MeasureName): Measure<unknown> =>
  measures[name] as unknown as Measure<unknown>;
