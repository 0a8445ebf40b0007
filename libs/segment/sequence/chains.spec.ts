import fc from 'fast-check';
import { chainsOf, completionsOf, type Labeled } from './chains';
import type { Link, Plan } from '../memories/plan';

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
const link = fc.record(
  {
    gap: fc.option(fc.integer({ min: 0, max: 4 })),
    least: fc.integer({ min: 1, max: 4 }),
    without: fc.option(fc.integer({ min: STEPS, max: FEEDS - 1 })),
  },
  { requiredKeys: ['gap', 'without'] },
);
const plans = fc.record(
  {
    links: fc.tuple(link, link),
    overall: fc.option(fc.integer({ min: 0, max: 6 })),
    absence: fc.record({
      gap: fc.integer({ min: 0, max: 4 }),
      feed: fc.integer({ min: STEPS - 1, max: FEEDS - 1 }),
    }),
  },
  { requiredKeys: ['links', 'overall'] },
);
const most = fc.constantFrom(Infinity, 1, 1, 2);

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

function isLinked(
  { gap, least = 0, without }: Link,
  all: readonly Labeled[],
  from: number,
  to: number,
): boolean {
  const between = all.slice(from + 1, to);
  const isClear = without === null || !between.some(({ feeds }) => feeds.includes(without));
  const apart = all[to]!.at - all[from]!.at;
  return isClear && apart >= least && (gap === null || apart <= gap);
}

/** Whether nothing follows an event that must not, and fewer others wait behind it than may. */
function isLeftAlone(
  { absence }: Plan,
  end: Labeled,
  all: readonly Labeled[],
  ends: readonly Labeled[],
  mostWaiting: number,
): boolean {
  if (!absence) return true;
  const comeSoon = ({ id, at }: Labeled): boolean =>
    Number(id) > Number(end.id) && at <= end.at + absence.gap;
  const isFollowed = all.some((one) => comeSoon(one) && one.feeds.includes(absence.feed));
  return !isFollowed && ends.filter(comeSoon).length < mostWaiting;
}

describe('chains', () => {
  it('end with the very events with which some choice of events for all steps ends, and nothing follows that must not', () => {
    const found = { chains: 0, followed: 0, crowded: 0 };
    fc.assert(
      fc.property(plans, most, events, (plan, mostWaiting, all) => {
        const completions = completionsOf(plan, chainsOf(plan, all), all, mostWaiting);
        const tried = [...everyChain(plan, all)];
        const ends = all.filter(({ id }) => tried.some((chain) => chain.at(-1)!.id === id));
        const alone = ends.filter((end) => isLeftAlone(plan, end, all, ends, Infinity));
        const left = alone.filter((end) => isLeftAlone(plan, end, all, ends, mostWaiting));
        found.chains += tried.length;
        found.followed += ends.length - alone.length;
        found.crowded += alone.length - left.length;
        expect(completions.map(({ chain }) => chain.at(-1)!.id)).toEqual(left.map(({ id }) => id));
        for (const { chain, at } of completions) {
          expect(tried).toContainEqual(chain);
          expect(at - chain.at(-1)!.at).toBe(plan.absence ? plan.absence.gap + 1 : 0);
        }
      }),
      { numRuns: 6_000 },
    );
    expect(found.chains).toBeGreaterThan(500);
    expect(found.followed).toBeGreaterThan(100);
    expect(found.crowded).toBeGreaterThan(0);
  });

  it('of a long hostile history are found in no time', () => {
    const all = Array.from({ length: 20_000 }, (_, at) => ({
      at,
      id: String(at),
      feeds: [0, 1, 2, 3, 4],
      read: () => undefined,
    }));
    const links = Array(2).fill({ gap: 100, without: null });
    const plan = { links, overall: null, absence: { gap: 100, feed: 2 } };
    const before = process.cpuUsage().user;
    expect(completionsOf({ links, overall: null }, chainsOf(plan, all), all)).toHaveLength(all.length - 2);
    expect(completionsOf(plan, chainsOf(plan, all), all)).toHaveLength(1);
    const later = { links: Array(2).fill({ gap: null, least: 9_000, without: null }), overall: null };
    expect(completionsOf(later, chainsOf(later, all), all)).toHaveLength(2_000);
    expect(process.cpuUsage().user - before).toBeLessThan(2_000_000);
  });
});
