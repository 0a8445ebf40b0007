/** An exact decimal number: units × 10^exponent. Without zeros at its end, so that equal numbers have equal parts. */
export interface Decimal {
  readonly units: bigint;
  readonly exponent: number;
}

export const ZERO: Decimal = { units: 0n, exponent: 0 };

/** The decimal that a JSON number's shortest text writes: 0.1 is one tenth, not the double next to it. */
export function decimalOf(value: number): Decimal {
  const [digits, exponent = '0'] = String(value).split('e') as [string, string?];
  const [whole, fraction = ''] = digits.split('.') as [string, string?];
  return normal(BigInt(whole + fraction), Number(exponent) - fraction.length);
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return normal(unitsAt(a, exponent) + unitsAt(b, exponent), exponent);
}

export const minus = (a: Decimal, b: Decimal): Decimal => plus(a, { units: -b.units, exponent: b.exponent });

export const times = ({ units, exponent }: Decimal, factor: number): Decimal =>
  normal(units * BigInt(factor), exponent);

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const { units } = minus(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

/** `12.5` as "125e-1"; equal numbers have equal texts. */
export const decimalText = ({ units, exponent }: Decimal): string => `${units}e${exponent}`;

export function readDecimal(text: string): Decimal {
  const [units, exponent] = text.split('e') as [string, string];
  return { units: BigInt(units), exponent: Number(exponent) };
}

/** The double nearest to it. */
export const toNumber = (decimal: Decimal): number => Number(decimalText(decimal));

const unitsAt = ({ units, exponent }: Decimal, smaller: number): bigint =>
  units * powerOfTen(exponent - smaller);

const powers: bigint[] = [];

/** Of whole exponents from 0 on; doubles differ by 10^700 at the most. */
export const powerOfTen = (exponent: number): bigint => (powers[exponent] ??= 10n ** BigInt(exponent));

function normal(units: bigint, exponent: number): Decimal {
  if (units === 0n) return ZERO;
  while (units % 10n === 0n) {
    units /= 10n;
    exponent += 1;
  }
  return { units, exponent };
}
