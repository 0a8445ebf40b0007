import fc from 'fast-check';
import { estimateSize } from '.';

describe('the size told from a sample', () => {
  it('is exact where everybody was looked at', () => {
    expect(estimateSize(7, 30, 30)).toEqual({ estimate: 7, low: 7, high: 7 });
    expect(estimateSize(0, 0, 0)).toEqual({ estimate: 0, low: 0, high: 0 });
  });

  it("is Wilson's interval: 10 of 100 is 5.5 % to 17.4 %", () => {
    expect(estimateSize(10, 100, 1_000_000)).toEqual({ estimate: 100_000, low: 55_228, high: 174_368 });
  });

  it('does not take none found for nobody there', () => {
    const { estimate, low, high } = estimateSize(0, 1_000, 1_000_000);
    expect([estimate, low]).toEqual([0, 0]);
    expect(high).toBeGreaterThan(3_000);
    expect(high).toBeLessThan(5_000);
  });

  it('holds the estimate, and no more or fewer than can be', () => {
    const sample = fc
      .tuple(fc.nat(5_000), fc.nat(1_000_000))
      .chain(([drawn, others]) => fc.tuple(fc.nat(drawn), fc.constant(drawn), fc.constant(drawn + others)));
    fc.assert(
      fc.property(sample, ([found, drawn, all]) => {
        const { estimate, low, high } = estimateSize(found, drawn, all);
        expect(low).toBeLessThanOrEqual(estimate);
        expect(high).toBeGreaterThanOrEqual(estimate);
        expect(low).toBeGreaterThanOrEqual(found);
        expect(high).toBeLessThanOrEqual(all - (drawn - found));
      }),
    );
  });

  it('holds the truth at least 92 times in 100', () => {
    const [all, drawn, runs] = [100_000, 400, 1_000];
    let seed = 42;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (const truth of [0.005, 0.1, 0.5]) {
      let hits = 0;
      for (let run = 0; run < runs; run++) {
        const found = Array.from({ length: drawn }, random).filter((value) => value < truth).length;
        const { low, high } = estimateSize(found, drawn, all);
        if (low <= truth * all && truth * all <= high) hits++;
      }
      expect(hits).toBeGreaterThan(0.92 * runs);
    }
  });
});
