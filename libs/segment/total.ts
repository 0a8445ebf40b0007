import { compareDecimals, decimalOf, minus, plus, times, ZERO, type Decimal } from './decimal';

/** Whole numbers below have at most 15 digits: hundredths of them are the shortest text of their double. */
const EXACT = 1e15;

/**
 * An exact sum of numbers that come and go. Thousands may at each event of one contact: what is whole in hundredths, as amounts of
 * money are, is added as such; the rest as decimals.
 */
export class Total {
  private hundredths = 0;

  constructor(private rest: Decimal = ZERO) {}

  add(value: number): void {
    const sum = this.hundredths + hundredthsOf(value);
    if (Math.abs(sum) < EXACT) this.hundredths = sum;
    else this.rest = plus(this.rest, decimalOf(value));
  }

  subtract(value: number): void {
    const sum = this.hundredths - hundredthsOf(value);
    if (Math.abs(sum) < EXACT) this.hundredths = sum;
    else this.rest = minus(this.rest, decimalOf(value));
  }

  /** Negative, zero or positive, as the sum is less than, equal to or greater than so many times an operand. */
  compare(operand: Operand, factor = 1): number {
    const product = operand.hundredths * factor;
    if (this.rest.units === 0n && Math.abs(product) < EXACT) return this.hundredths - product;
    const whole = plus(this.rest, { units: BigInt(this.hundredths), exponent: -2 });
    return compareDecimals(whole, times(operand.decimal, factor));
  }
}

/** A number that sums are compared with. */
export interface Operand {
  readonly decimal: Decimal;
  readonly hundredths: number;
}

export const operandOf = (value: number): Operand => ({
  decimal: decimalOf(value),
  hundredths: hundredthsOf(value),
});

/** NaN for a number that is not whole in hundredths, or too great. */
function hundredthsOf(value: number): number {
  const hundredths = Math.round(value * 100);
  return Math.abs(hundredths) < EXACT && hundredths / 100 === value ? hundredths : NaN;
}
