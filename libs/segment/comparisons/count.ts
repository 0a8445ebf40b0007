import { isObject, type Json } from '@entente/kernel';
import { below, type Findings } from '../findings';
import { parseComparison, type Comparison } from './comparison';
import type { Context } from './operator';
import { operatorNames, operatorOf } from './registry';

/** Counts are compared with numbers, which look at nothing else. */
const NO_CONTEXT: Context = { now: 0, traits: {}, zone: 'UTC' };

const countable = operatorNames.filter((name) => operatorOf(name).settles);

/** The whole number from which on a count's truth no longer changes: how far anybody needs to count. */
export const settlesAt = (count: Comparison): number =>
  Math.max(...Object.entries(count).map(([name, operand]) => operatorOf(name).settles!(operand as Json)));

/** Whether a count passes. Only operators that compare the number alone are in one. */
export const passesNumber = (count: Comparison, number: number): boolean =>
  Object.entries(count).every(([name, operand]) =>
    operatorOf(name).holds(number, operand as Json, NO_CONTEXT),
  );

/** Whether a count of 0, 1, 2, … passes, up to the number where it settles. */
export const truthsOf = (count: Comparison): readonly boolean[] =>
  Array.from({ length: settlesAt(count) + 1 }, (_, number) => passesNumber(count, number));

/**
 * How often something happened, as a comparison with whole numbers from 0 to `highest`. One that holds for every
 * number or for none is a mistake, and is refused: it would make everybody a member, or nobody.
 */
export function parseCount(
  raw: unknown,
  path: string,
  highest: number,
  findings: Findings,
): Comparison | undefined {
  const expected = `a whole number from 0 to ${highest}, or operators out of ${countable.join(', ')} with such numbers`;
  const isCount = (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= highest;
  const before = findings.problems.length;
  const count = parseComparison(raw, path, findings);
  if (!count || findings.problems.length > before) return undefined;
  for (const [name, operand] of Object.entries(count))
    if (!operatorOf(name).settles || ![operand].flat().every(isCount))
      findings.add(
        isObject(raw) ? below(path, name) : path,
        'count',
        'That is no number of times.',
        expected,
      );
  if (findings.problems.length > before) return undefined;
  return isConstant(count)
    ? findings.add(path, 'constant', 'That holds for every number of times, or for none.', expected)
    : count;
}

/** A truth can only change next to a number that is named. */
function isConstant(count: Comparison): boolean {
  const named = Object.values(count).flat() as number[];
  const probes = [0, ...named.flatMap((number) => [number - 1, number, number + 1])].filter((n) => n >= 0);
  return new Set(probes.map((number) => passesNumber(count, number))).size === 1;
}
