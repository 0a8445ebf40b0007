import fc from 'fast-check';
import { chainsOf, completed, type Labeled } from './chains';
import type { Link, Plan } from './plan';

const FEEDS = 5;
const STEPS = 3;

const events = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.subarray([...Array(FEEDS).keys()])), {
    minLength: 5,
    maxLength: 12,
  })
  .map((list) => {
    let at = 0;
    return list.map(([gap, feeds], index): Labeled => {
      at += gap;
      return { at, id: String(index), feeds, read: () => undefined };
    });
  });
const link = fc.record({
  gap: fc.option(fc.integer({ min: 0, max: 4 })),
  without: fc.option(fc.integer({ min: STEPS, max: FEEDS - 1 })),
});
const plans = fc.record({
  links: fc.tuple(link, link),
  overall: fc.option(fc.integer({ min: 0, max: 6 })),
});

/** Every way to pick one event for each step, tried one by one. */
function* everyChain({ links, overall }: Plan, all: readonly Labeled[]): Iterable<Labeled[]> {
  for (const [a, first] of all.entries())
    for (const [b, second] of all.entries())
      for (const [c, third] of all.entries()) {
        const isInOrder = a < b && b < c;
        const areSteps = [first, second, third].every(({ feeds }, step) => feeds.includes(step));
        const areLinked = isLinked(links[0]!, all, a, b) && isLinked(links[1]!, all, b, c);
        const isShort = overall === null || third.at - first.at <= overall;
        if (isInOrder && areSteps && areLinked && isShort) yield [first, second, third];
      }
}

function isLinked({ gap, without }: Link, all: readonly Labeled[], from: number, to: number): boolean {
  const between = all.slice(from + 1, to);
  const isClear = without === null || !between.some(({ feeds }) => feeds.includes(without));
  return isClear && (gap === null || all[to]!.at - all[from]!.at <= gap);
}

describe('chains', () => {
  it('end with the very events with which some choice of events for all steps ends', () => {
    let found = 0;
    fc.assert(
      fc.property(plans, events, (plan, all) => {
        const chains = completed(plan, chainsOf(plan, all));
        const tried = [...everyChain(plan, all)];
        found += tried.length;
        expect(chains.map((chain) => chain.at(-1)!.id)).toEqual(
          all.filter(({ id }) => tried.some((chain) => chain.at(-1)!.id === id)).map(({ id }) => id),
        );
        for (const chain of chains) expect(tried).toContainEqual(chain);
      }),
      { numRuns: 2_000 },
    );
    expect(found).toBeGreaterThan(500);
  });

  it('of a long hostile history are found in no time', () => {
    const all = Array.from({ length: 20_000 }, (_, at) => ({
      at,
      id: String(at),
      feeds: [0, 1, 2, 3, 4],
      read: () => undefined,
    }));
    const plan = { links: Array(2).fill({ gap: 100, without: null }), overall: null };
    const before = process.cpuUsage().user;
    expect(completed(plan, chainsOf(plan, all))).toHaveLength(all.length - 2);
    expect(process.cpuUsage().user - before).toBeLessThan(2_000_000);
  });
});
