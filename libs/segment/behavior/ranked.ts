import type { Json } from '@entente/kernel';
import { passesNumber } from '../comparisons/count';
import type { Comparison } from '../comparisons/comparison';
import { operandOf, type Operand } from '../total';

/** Says how something that is no double lies to a number: less, equal or greater, as negative, zero or positive. */
export type Against = (operand: Operand) => number;

/**
 * Whether something exact passes a comparison with numbers. Operators know doubles: they are given ranks instead, the
 * operands even ones in their order, and what is compared the rank of its place at or between them.
 */
export function rankedTest(comparison: Comparison): (against: Against) => boolean {
  const { operands, ranked } = rank(comparison);
  const exact = operands.map(operandOf);
  return (against) => passesNumber(ranked, placeAmong(exact, against));
}

/** Whether every number passes, or none. */
export function isConstant(comparison: Comparison): boolean {
  const { operands, ranked } = rank(comparison);
  const places = Array.from({ length: 2 * operands.length + 1 }, (_, index) => index - 1);
  return new Set(places.map((place) => passesNumber(ranked, place))).size === 1;
}

function rank(comparison: Comparison): { readonly operands: number[]; readonly ranked: Comparison } {
  const operands = [...new Set(Object.values(comparison).flat() as number[])].sort((a, b) => a - b);
  const ranks = new Map(operands.map((operand, index) => [operand, 2 * index]));
  const rankOf = (operand: Json): Json =>
    Array.isArray(operand) ? operand.map(rankOf) : ranks.get(operand as number)!;
  const ranked = Object.entries(comparison).map(([name, operand]) => [name, rankOf(operand)]);
  return { operands, ranked: Object.fromEntries(ranked) as Comparison };
}

function placeAmong(operands: readonly Operand[], against: Against): number {
  for (const [index, operand] of operands.entries()) {
    const side = against(operand);
    if (side <= 0) return side < 0 ? 2 * index - 1 : 2 * index;
  }
  return 2 * operands.length - 1;
}
