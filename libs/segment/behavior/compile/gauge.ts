import { minus, readDecimal, ZERO, type Decimal } from '../../decimal';
import { compareWhole, Total } from '../../total';
import { passesNumber } from '../../comparisons/count';
import type { Comparison } from '../../comparisons/comparison';
import type { Tally } from '../../memories/tally';
import { rankedTest } from '../ranked';

/** Says of the numbers in it, of one list or several, whether what they are taken together passes; those of a list that came in first go out first. */
export interface Gauge {
  enter(value: number, list: number): void;
  leave(value: number, list: number): void;
  passes(): boolean;
}

/** A gauge with what is in it for good, by list. */
export type Gauging = (...forGood: (Tally | null)[]) => Gauge;

export const countGauge =
  (count: Comparison): Gauging =>
  (forGood) => {
    let number = forGood?.[0] ?? 0;
    return {
      enter: () => void (number += 1),
      leave: () => void (number -= 1),
      passes: () => passesNumber(count, number),
    };
  };

/** The numbers of the first list together, less those of the second. */
export const sumGauge = (comparison: Comparison): Gauging => {
  const test = rankedTest(comparison);
  return totalGauge((sum) => test((operand) => sum.compare(operand)));
};

/** How many of the first list there are for each of the second. */
export const ratioGauge = (comparison: Comparison): Gauging => {
  const test = rankedTest(comparison);
  return (these, those) => {
    const counts = [these?.[0] ?? 0, those?.[0] ?? 0];
    return {
      enter: (_, list) => void (counts[list]! += 1),
      leave: (_, list) => void (counts[list]! -= 1),
      passes() {
        const [number, others] = counts as [number, number];
        return others > 0 && test((operand) => compareWhole(number, operand, others));
      },
    };
  };
};

export const averageGauge = (comparison: Comparison): Gauging => {
  const test = rankedTest(comparison);
  return totalGauge((sum, number) => number > 0 && test((operand) => sum.compare(operand, number)));
};

const totalGauge =
  (passes: (sum: Total, number: number) => boolean): Gauging =>
  (these = null, those = null) => {
    let number = these?.[0] ?? 0;
    const sum = new Total(those ? minus(sumOf(these), sumOf(those)) : sumOf(these));
    return {
      enter(value, list) {
        number += 1;
        if (list === 0) sum.add(value);
        else sum.subtract(value);
      },
      leave(value, list) {
        number -= 1;
        if (list === 0) sum.subtract(value);
        else sum.add(value);
      },
      passes: () => passes(sum, number),
    };
  };

const sumOf = (tally: Tally | null): Decimal => (tally ? readDecimal(tally[1]) : ZERO);

/** Only numbers that no later one in it outdoes can ever be the extreme: of these the first is. */
export const extremeGauge =
  (which: 'least' | 'greatest', comparison: Comparison): Gauging =>
  (forGood) => {
    const outdoes = (a: number, b: number): boolean => (which === 'least' ? a < b : a > b);
    const always = forGood?.[which === 'least' ? 2 : 3];
    const extremes: number[] = [];
    let gone = 0;
    return {
      enter(value) {
        while (extremes.length > gone && outdoes(value, extremes.at(-1)!)) extremes.pop();
        extremes.push(value);
      },
      leave(value) {
        if (extremes[gone] === value) gone += 1;
      },
      passes() {
        const first = extremes[gone];
        const found =
          first === undefined || (always !== undefined && outdoes(always, first)) ? always : first;
        return found !== undefined && passesNumber(comparison, found);
      },
    };
  };
