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

/** Whole numbers of one kind: which there are, whichever may be compared with. */
interface Whole {
  readonly what: string;
  readonly least: number;
  readonly most: number;
}

const COUNT: Whole = { what: 'count', least: 0, most: Infinity };

/**
 * How many there are of something, as a comparison with whole numbers up to `highest`. One that holds for every
 * number that there is, or for none, is a mistake, and is refused: it would make everybody a member, or nobody.
 */
export function parseCount(
  raw: unknown,
  path: string,
  highest: number,
  findings: Findings,
  of: Whole = COUNT,
): NumberComparison | undefined {
  const { what, least, most } = of;
  const expected = `a whole number from ${least} to ${highest}, or operators out of ${Object.keys(numeric).join(', ')} with such numbers`;
  if (!isObject(raw) && typeof raw !== 'number')
    return findings.add(path, 'count', `That is no ${what}.`, expected);
  const before = findings.problems.length;
  const count = parseOperators(numeric, raw, path, findings);
  if (!count || findings.problems.length > before) return undefined;
  for (const [, operand, name] of partsOf(numeric, count)) {
    const at = isObject(raw) ? below(path, name) : path;
    const named = [operand].flat() as number[];
    if (named.some((number) => !Number.isInteger(number) || number < least))
      findings.add(at, 'count', `A ${what} is a whole number, and none is below ${least}.`, expected);
    else if (named.some((number) => number > highest))
      findings.add(at, 'count', `That is more than a ${what} is here.`, expected);
  }
  if (findings.problems.length > before) return undefined;
  const possible = [least, ...nextToNamed(count)].filter((number) => number >= least && number <= most);
  return new Set(possible.map((number) => passesNumber(count, number))).size === 1
    ? findings.add(path, 'constant', `That holds for every ${what}, or for none.`, expected)
    : count;
}

/** A truth can only change next to a number that is named. */
function nextToNamed(count: NumberComparison): number[] {
  const named = Object.values(count).flat() as number[];
  return [0, ...named.flatMap((number) => [number - 1, number, number + 1])].filter((number) => number >= 0);
}
