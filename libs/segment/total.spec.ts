import fc from 'fast-check';
import { compareDecimals, decimalOf, plus, times, ZERO } from './decimal';
import { operandOf, Total } from './total';

const number = fc.oneof(
  fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100),
  fc.constantFrom(0.001, -0.001, 12.345, 0.1, 0.2, 0.3, 1e13, -1e13, 9_999_999_999_999.99, 1e22, 5e-324, -0),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

it('compares as the decimals do, whatever has come and gone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ value: number, leaves: fc.boolean() }), { maxLength: 30 }),
      number,
      fc.integer({ min: 1, max: 1_000 }),
      fc.option(number, { nil: undefined }),
      (all, operand, factor, before) => {
        const total = new Total(before === undefined ? undefined : decimalOf(before));
        for (const { value } of all) total.add(value);
        for (const { value } of all.filter(({ leaves }) => leaves)) total.subtract(value);
        const left = all.filter(({ leaves }) => !leaves).map(({ value }) => decimalOf(value));
        const sum = left.reduce(plus, before === undefined ? ZERO : decimalOf(before));
        const asked = [operand, ...left.slice(0, 1).map(() => all.find(({ leaves }) => !leaves)!.value)];
        for (const one of asked)
          expect(Math.sign(total.compare(operandOf(one), factor))).toBe(
            compareDecimals(sum, times(decimalOf(one), factor)),
          );
      },
    ),
    { numRuns: 2_000 },
  );
});
