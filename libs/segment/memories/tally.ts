import { decimalOf, decimalText, plus, readDecimal } from '../decimal';

/** Numbers taken together: how many, their exact sum, the least and the greatest. */
export type Tally = readonly [count: number, sum: string, least: number, greatest: number];

/** With one more number. */
export function tallied(tally: Tally | null, value: number): Tally {
  if (!tally) return [1, decimalText(decimalOf(value)), value, value];
  const [count, sum, least, greatest] = tally;
  return [
    count + 1,
    decimalText(plus(readDecimal(sum), decimalOf(value))),
    Math.min(least, value),
    Math.max(greatest, value),
  ];
}
