import fc from 'fast-check';
import { Draw } from './draw';

it('draws every number of its range once, in portions', () => {
  const random = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 200 });
  fc.assert(
    fc.property(
      fc.nat(1_000),
      fc.integer({ min: 0, max: 150 }),
      fc.integer({ min: 1, max: 40 }),
      random,
      (first, all, portion, numbers) => {
        let at = 0;
        const draw = new Draw(first, first + all - 1, () => numbers[at++ % numbers.length]!);
        const drawn: number[] = [];
        for (let more = draw.next(portion); more.length > 0; more = draw.next(portion)) {
          expect(more.length).toBeLessThanOrEqual(portion);
          drawn.push(...more);
        }
        expect(draw.drawn).toBe(all);
        expect(drawn.sort((a, b) => a - b)).toEqual(Array.from({ length: all }, (_, n) => first + n));
      },
    ),
  );
});

it('gives each number the same chance to be among the first', () => {
  const [all, first, runs] = [20, 5, 4_000];
  const times = new Array<number>(all).fill(0);
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let run = 0; run < runs; run++)
    for (const number of new Draw(0, all - 1, random).next(first)) times[number]! += 1;
  const expected = (runs * first) / all;
  for (const count of times) expect(Math.abs(count - expected)).toBeLessThan(0.15 * expected);
});
