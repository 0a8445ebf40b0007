import fc from 'fast-check';
import type { Json } from '@entente/kernel';
import { Findings } from '../findings';
import { parseComparison, passes, stepsFor, type Comparison } from './comparison';
import { NO_CONTEXT } from './operator';

type At = readonly [latitude: number, longitude: number];

const place = ([latitude, longitude]: At) => ({ latitude, longitude });
const read = (corners: readonly At[], findings = new Findings()): Comparison | undefined =>
  parseComparison({ inside: corners.map(place) }, 'p', findings);
const holds = (corners: readonly At[], at: At): boolean => passes(read(corners)!, place(at), NO_CONTEXT);
const problemsOf = (inside: unknown): string[] => {
  const findings = new Findings();
  parseComparison({ inside }, 'p', findings);
  return findings.problems.map(({ path, code }) => `${path} ${code}`);
};

/** An L, without its upper right quarter. */
const hook: At[] = [
  [0, 0],
  [0, 4],
  [2, 4],
  [2, 2],
  [4, 2],
  [4, 0],
];

describe('inside', () => {
  it.each<[At, boolean]>([
    [[1, 1], true],
    [[1, 3], true],
    [[3, 1], true],
    [[3, 3], false],
    [[2, 1], true],
    [[2, -1], false],
    [[2, 5], false],
    [[4, 3], false],
    [[-1, 2], false],
    [[5, 1], false],
  ])('%j in a hook: %s', (at, so) => expect(holds(hook, at)).toBe(so));

  it.each<At>([...hook, [0, 2], [1, 4], [2, 3], [3, 2], [4, 1], [2, 0]])('%j is on its border', (...at) => {
    expect(holds(hook, at)).toBe(true);
  });

  it('is exact at slanted borders, as coordinates are written', () => {
    const area: At[] = [
      [48.1, 2.1],
      [48.4, 2.7],
      [48.4, 2.1],
    ];
    for (const [on, beside] of [
      [2.3, 2.300000001],
      [2.5, 2.500000001],
      [2.1, 2.100000001],
    ] as const) {
      const latitude = Number((48.1 + (on - 2.1) / 2).toFixed(9));
      expect(holds(area, [latitude, on])).toBe(true);
      expect(holds(area, [latitude, beside])).toBe(false);
    }
  });

  it('is exact to a billionth of a degree', () => {
    const step = fc.integer({ min: 1, max: 300_000_000 });
    fc.assert(
      fc.property(
        step,
        step,
        fc.integer({ min: 1, max: 199 }),
        fc.constantFrom(-1, 1),
        (dy, dx, n, beside) => {
          const at = (y: number, x: number): At => [y / 1e9, x / 1e9];
          const right = [at(0, 0), at(200 * dy, 200 * dx), at(0, 200 * dx)];
          expect(holds(right, at(n * dy, n * dx))).toBe(true);
          expect(holds(right, at(n * dy, n * dx + beside))).toBe(beside === 1);
          expect(holds(right, at(n * dy + beside, n * dx))).toBe(beside === -1);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('may wind around the earth more than once', () => {
    const there = [0, 100, 200, 300, 400, 500].map((east): At => [east / 10, ((east + 180) % 360) - 180]);
    const back = there.map(([latitude, longitude]): At => [latitude + 10, longitude]).reverse();
    const spiral = [...there, ...back];
    expect([5, 10, 16, 40, 45, 52].map((latitude) => holds(spiral, [latitude, 50]))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it('goes across the 180th meridian where that is shorter', () => {
    const fiji: At[] = [
      [-20, 177],
      [-20, -178],
      [-15, -178],
      [-15, 177],
    ];
    for (const at of [
      [-17, 178],
      [-17, -179],
      [-17, 180],
      [-17, -180],
      [-20, 177],
      [-15, -178],
    ] as const)
      expect(holds(fiji, at)).toBe(true);
    for (const at of [
      [-17, 176],
      [-17, -177],
      [-17, 0],
      [-21, 180],
    ] as const)
      expect(holds(fiji, at)).toBe(false);
  });

  it('may be more than half the earth, with corners between', () => {
    const belt: At[] = [-170, -60, 60, 170].map((longitude): At => [-10, longitude]);
    const wide = [...belt, ...[170, 60, -60, -170].map((longitude): At => [10, longitude])];
    expect([0, 100, -100, 170, -170].map((longitude) => holds(wide, [0, longitude]))).toEqual(
      Array(5).fill(true),
    );
    expect([171, 180, -180, -171].map((longitude) => holds(wide, [0, longitude]))).toEqual(
      Array(4).fill(false),
    );
  });

  it('leaves out what a border surrounds twice', () => {
    const star = [90, 234, 18, 162, 306].map((angle): At => [
      10 * Math.sin((angle * Math.PI) / 180),
      10 * Math.cos((angle * Math.PI) / 180),
    ]);
    expect(holds(star, [0, 0])).toBe(false);
    expect(holds(star, [8, 0])).toBe(true);
  });

  const whole = fc.integer({ min: -4, max: 4 });
  const somewhere = fc.tuple(whole, whole);
  const corners = fc
    .array(somewhere, { minLength: 3, maxLength: 8 })
    .filter((some) => read(some) !== undefined);

  /** Which sides of a triangle a point is on; of none but zeros nothing is in it. */
  const sidesOf = ([a, b, c]: readonly [At, At, At], [y, x]: At): number[] =>
    (
      [
        [a, b],
        [b, c],
        [c, a],
      ] as const
    ).map(([[fromY, fromX], [toY, toX]]) =>
      Math.sign((toX - fromX) * (y - fromY) - (toY - fromY) * (x - fromX)),
    );

  it('is in an odd number of the triangles that the corners make', () => {
    let compared = 0;
    fc.assert(
      fc.property(corners, somewhere, (some, [y, x]) => {
        const at: At = [y + 0.3, x + 0.17];
        const triangles = some.slice(2).map((corner, n) => sidesOf([some[0]!, some[n + 1]!, corner], at));
        if (triangles.some((sides) => sides.includes(0))) return;
        compared += 1;
        const many = triangles.filter((sides) => new Set(sides).size === 1).length;
        expect(holds(some, at)).toBe(many % 2 === 1);
      }),
      { numRuns: 2_000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it('is the same whichever corner is the first, whichever way around, and wherever on the earth', () => {
    const degrees = fc.integer({ min: -180, max: 180 });
    fc.assert(
      fc.property(corners, somewhere, fc.nat(7), degrees, (some, at, first, east) => {
        const so = holds(some, at);
        const from = first % some.length;
        const turned = [...some.slice(from), ...some.slice(0, from)];
        expect(holds(turned, at)).toBe(so);
        expect(holds([...turned].reverse(), at)).toBe(so);
        expect(holds([...turned, turned[0]!], at)).toBe(so);
        const moved = ([latitude, longitude]: At): At => [
          latitude,
          ((((longitude + east + 180) % 360) + 360) % 360) - 180,
        ];
        expect(holds(some.map(moved), moved(at))).toBe(so);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has every corner, and every middle of an edge, on its border', () => {
    fc.assert(
      fc.property(corners, (some) => {
        for (const [n, [y, x]] of some.entries()) {
          const [nextY, nextX] = some[(n + 1) % some.length]!;
          expect(holds(some, [y, x])).toBe(true);
          expect(holds(some, [(y + nextY) / 2, (x + nextX) / 2])).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each<Json | undefined>([undefined, 'Paris', [1, 1], { latitude: 1 }, { lat: '1', lng: '1' }])(
    '%j is no place',
    (value) => expect(passes(read(hook)!, value, NO_CONTEXT)).toBe(false),
  );

  it('takes places by the names that near takes', () =>
    expect(passes(read(hook)!, { lat: 1, lon: 1 }, NO_CONTEXT)).toBe(true));

  it('forgets corners that are said twice in a row, and costs as many steps as it has', () => {
    const twice = read([...hook.flatMap((corner) => [corner, corner]), hook[0]!])!;
    expect(twice).toEqual({ inside: expect.arrayContaining(hook.map(place)) as unknown });
    expect(stepsFor(twice)).toBe(6);
  });

  const line = (...all: At[]) => all.map(place);
  it.each<[unknown, string]>([
    [{}, 'p.inside operand'],
    [line([0, 0], [0, 1]), 'p.inside operand'],
    [Array.from({ length: 101 }, (_, n) => place([n % 2, n / 2])), 'p.inside operand'],
    [
      [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
      'p.inside[0] operand',
    ],
    [line([0, 0], [0, 1], [91, 1]), 'p.inside[2] operand'],
    [line([0, 0], [0, 181], [1, 1]), 'p.inside[1] operand'],
    [[...line([0, 0], [0, 1]), { ...place([1, 1]), km: 2 }], 'p.inside[2].km unknown-field'],
    [line([0, 0], [0, 1], [0, 0]), 'p.inside polygon'],
    [line([0, 0], [0, 0], [0, 0]), 'p.inside polygon'],
    [line([0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.7, 0.7]), 'p.inside polygon'],
    [line([1, 179], [2, 180], [3, -179]), 'p.inside polygon'],
    [line([0, 180], [1, -180], [2, 180]), 'p.inside polygon'],
    [line([0, -90], [0, 90], [1, 0]), 'p.inside polygon'],
    [line([60, 0], [75, 120], [65, -120]), 'p.inside polygon'],
    [line([60, 0], [65, -120], [75, 120]), 'p.inside polygon'],
  ])('refuses %j', (inside, problem) => expect(problemsOf(inside)[0]).toBe(problem));

  it('takes a hundred corners', () => {
    const around = Array.from({ length: 100 }, (_, n): At => [
      40 * Math.sin((n * Math.PI) / 50),
      170 * Math.cos((n * Math.PI) / 50),
    ]);
    expect([holds(around, [0, 0]), holds(around, [39, 100]), holds(around, [0, 175])]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
