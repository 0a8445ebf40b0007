import { isObject } from '@entente/kernel';
import { below, type Findings } from '../findings';
import { numeric } from './numeric';
import { NO_CONTEXT } from './operator';
import { once } from './once';
import { parseOperators, partsOf, testOf, type ComparisonBy } from './operator-table';

/** A comparison with numbers. */
export type NumberComparison = ComparisonBy<typeof numeric>;

/** The whole number from which on a count's truth no longer changes: how far anybody needs to count. */
export const settlesAt = (count: NumberComparison): number =>
  Math.max(...partsOf(numeric, count).map(([operator, operand]) => operator.settles!(operand)));

/** The test of a count, prepared once for it. */
export const countTest = once((count: NumberComparison): ((number: number) => boolean) => {
  const test = testOf(numeric, count);
  return (number) => test(number, NO_CONTEXT);
});

/** Whether a count passes. */
export const passesNumber = (count: NumberComparison, number: number): boolean => countTest(count)(number);

/** The first whole number whose truth is not that of 0; a comparison that has the same truth for all is refused when it is read. */
export const firstThatDiffers = (count: NumberComparison): number =>
  Math.min(...nextToNamed(count).filter((number) => passesNumber(count, number) !== passesNumber(count, 0)));

/** Whether a count of 0, 1, 2, … passes, up to the number where it settles. */
export const truthsOf = (count: NumberComparison): readonly boolean[] =>
  Array.from({ length: settlesAt(count) + 1 }, (_, number) => passesNumber(count, number));

/**
 * How many there are of something, as a comparison with whole numbers from 0 to `highest`. One that holds for every
 * number or for none is a mistake, and is refused: it would make everybody a member, or nobody.
 */
export function parseCount(
  raw: unknown,
  path: string,
  highest: number,
  findings: Findings,
): NumberComparison | undefined {
  const expected = `a whole number from 0 to ${highest}, or operators out of ${Object.keys(numeric).join(', ')} with such numbers`;
  const before = findings.problems.length;
  const count = parseOperators(numeric, raw, path, findings);
  if (!count || findings.problems.length > before) return undefined;
  for (const [, operand, name] of partsOf(numeric, count)) {
    const at = isObject(raw) ? below(path, name) : path;
    const named = [operand].flat() as number[];
    if (named.some((number) => !Number.isInteger(number) || number < 0))
      findings.add(at, 'count', 'A count is a whole number, and none is below 0.', expected);
    else if (named.some((number) => number > highest))
      findings.add(at, 'count', 'That is more than is counted here.', expected);
  }
  if (findings.problems.length > before) return undefined;
  return isConstant(count)
    ? findings.add(path, 'constant', 'That holds for every count, or for none.', expected)
    : count;
}

const isConstant = (count: NumberComparison): boolean =>
  new Set(nextToNamed(count).map((number) => passesNumber(count, number))).size === 1;

/** A truth can only change next to a number that is named. */
function nextToNamed(count: NumberComparison): number[] {
  const named = Object.values(count).flat() as number[];
  return [0, ...named.flatMap((number) => [number - 1, number, number + 1])].filter((number) => number >= 0);
}
