import type fc from 'fast-check';
import type { Scale } from '../scale';

/** Random conditions of one kind, in a rule that may name the segments s0 to s(below − 1). */
export type ArbitraryKind = (scale: Scale, below: number) => fc.Arbitrary<object>;
