import fc from 'fast-check';
import {
  compareDecimals,
  decimalOf,
  decimalText,
  minus,
  plus,
  readDecimal,
  times,
  toNumber,
} from './decimal';

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const cents = fc.integer({ min: -1_000_000, max: 1_000_000 });

describe('a decimal', () => {
  it('is what the text of a number writes', () => {
    expect(compareDecimals(plus(decimalOf(0.1), decimalOf(0.2)), decimalOf(0.3))).toBe(0);
    expect(decimalText(decimalOf(12.5))).toBe('125e-1');
    expect(decimalText(decimalOf(1e21))).toBe('1e21');
    expect(decimalText(decimalOf(-0))).toBe('0e0');
    expect(decimalText(decimalOf(5e-324))).toBe('5e-324');
  });

  it('goes to a number and a text, and back', () => {
    fc.assert(
      fc.property(number, (value) => {
        expect(toNumber(decimalOf(value))).toBe(value === 0 ? 0 : value);
        expect(readDecimal(decimalText(decimalOf(value)))).toEqual(decimalOf(value));
      }),
    );
  });

  it('is as great as its number', () => {
    fc.assert(
      fc.property(number, number, (a, b) =>
        expect(compareDecimals(decimalOf(a), decimalOf(b))).toBe(a < b ? -1 : a > b ? 1 : 0),
      ),
    );
  });

  it('adds without an error, and has one form', () => {
    fc.assert(
      fc.property(cents, cents, fc.integer({ min: 0, max: 1_000 }), (a, b, n) => {
        expect(plus(decimalOf(a / 100), decimalOf(b / 100))).toEqual(decimalOf((a + b) / 100));
        expect(times(decimalOf(a / 100), n)).toEqual(decimalOf((a * n) / 100));
        expect(minus(decimalOf(a), decimalOf(a))).toEqual(decimalOf(0));
      }),
    );
  });
});
