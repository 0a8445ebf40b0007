import fc from 'fast-check';
import { operators } from './comparison';
import type { ArbitraryKind } from './kind';

export const trait: ArbitraryKind = () =>
  fc.tuple(fc.constantFrom('a', 'b', 'o.c'), operators).map(([path, one]) => ({ trait: path, ...one }));
