import { decimalOf, powerOfTen, ZERO, type Decimal } from './decimal';

/**
 * A decimal of at most 15 digits is the only such decimal that is read as its double: whole numbers below are exactly the
 * hundredths that the JSON said.
 */
const EXACT = 1e15;

/**
 * An exact sum of numbers that come and go, thousands of them at each event of one contact. What is whole in hundredths, as amounts
 * of money are, is added as such; the rest in units of the smallest that has come.
 */
export class Total {
  private hundredths = 0;
  private units = 0n;
  private exponent = 0;

  constructor(begin: Decimal = ZERO) {
    const { units, exponent } = begin;
    const hundredths = exponent >= -2 && exponent < 15 ? Number(units) * 10 ** (exponent + 2) : NaN;
    if (Math.abs(hundredths) < EXACT) this.hundredths = hundredths;
    else this.take(begin, 1n);
  }

  add(value: number): void {
    const sum = this.hundredths + hundredthsOf(value);
    if (Math.abs(sum) < EXACT) this.hundredths = sum;
    else this.take(knownDecimal(value), 1n);
  }

  subtract(value: number): void {
    const sum = this.hundredths - hundredthsOf(value);
    if (Math.abs(sum) < EXACT) this.hundredths = sum;
    else this.take(knownDecimal(value), -1n);
  }

  /** Negative, zero or positive, as the sum is less than, equal to or greater than so many times an operand. */
  compare(operand: Operand, factor = 1): number {
    const product = operand.hundredths * factor;
    if (this.units === 0n && Math.abs(product) < EXACT) return this.hundredths - product;
    const { units, exponent } = operand.decimal;
    this.reach(Math.min(exponent, -2));
    const whole = this.units + BigInt(this.hundredths) * powerOfTen(-2 - this.exponent);
    const difference = whole - units * powerOfTen(exponent - this.exponent) * BigInt(factor);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  private take({ units, exponent }: Decimal, sign: bigint): void {
    this.reach(exponent);
    this.units += sign * units * powerOfTen(exponent - this.exponent);
  }

  /** Goes over to smaller units, where these are. */
  private reach(exponent: number): void {
    if (exponent >= this.exponent) return;
    this.units *= powerOfTen(this.exponent - exponent);
    this.exponent = exponent;
  }
}

/** The same of a whole number. */
export function compareWhole(number: number, operand: Operand, factor: number): number {
  const product = operand.hundredths * factor;
  if (Math.abs(product) < EXACT && number < EXACT / 100) return number * 100 - product;
  const { units, exponent } = operand.decimal;
  const [shift, scale] = [powerOfTen(Math.max(0, -exponent)), powerOfTen(Math.max(0, exponent))];
  const difference = BigInt(number) * shift - units * scale * BigInt(factor);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const MOST_KNOWN = 50_000;
const known = new Map<number, Decimal>();

/** The numbers of one contact come again with each of its events. */
function knownDecimal(value: number): Decimal {
  let decimal = known.get(value);
  if (decimal === undefined) {
    decimal = decimalOf(value);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(value, decimal);
  }
  return decimal;
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
