import type { Json } from '@entente/kernel';
import { zonesApart } from '../time-zone';
import { NO_CONTEXT, type Test } from './operator';

/** Whether no value passes a test whose truth changes at some values, or right beside them, and nowhere else. */
export function isContradiction(test: Test, edges: readonly Json[]): boolean {
  const passes = (value: Json | undefined): boolean =>
    zonesApart.some((zone) => test(value, { ...NO_CONTEXT, zone }));
  return ![...edges, ...besides(edges), true, false, undefined].some(passes);
}

/** A number between each two neighbors, and what is beyond all numbers and texts. */
function besides(edges: readonly Json[]): Json[] {
  const numbers = edges.filter((edge) => typeof edge === 'number').sort((a, b) => a - b);
  const between = numbers.slice(1).map((number, place) => (number + numbers[place]!) / 2);
  const longest = edges.filter((edge) => typeof edge === 'string').sort((a, b) => b.length - a.length)[0];
  return [...between, (numbers[0] ?? 0) - 1, (numbers.at(-1) ?? 0) + 1, `${longest ?? ''}+`];
}
