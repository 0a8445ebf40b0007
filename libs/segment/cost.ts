import type { Problem } from '@entente/kernel';
import { Compilation } from './book/compilation';
import { VersionNames } from './book/versions';
import { stepsFor } from './comparisons/comparison';
import { comparisonsIn } from './comparisons/filter-of';
import { ANYTHING, isAnything, namesOf } from './event-names';
import { feedOfName } from './memories/feed-of-name';
import type { Memory } from './memories/memory';
import { insideOf, pathInside, type Rule } from './rule';

/**
 * What a rule costs whoever it is about, told from the rule alone. It follows from the memories that its conditions ask for,
 * so a new kind of condition has a cost without saying so.
 */
export interface Cost {
  /** Steps that one event causes, of the name that causes most: a comparison, a value kept or a condition decided is one. */
  readonly perEvent: number;
  /** The event that causes most; null where none causes anything. */
  readonly event: string | null;
  /** Bytes that are kept of a contact: at most, or where every event of a period is kept, of one a day. */
  readonly perContact: number;
}

/** What one segment may cost. */
export const budget = { perEvent: 10_000, perContact: 65_536 } as const;

/** Of one value kept: an instant has 13 digits and a comma. */
const BYTES_OF_VALUE = 16;
/** Of one memory: its key and what stands around its values. */
const BYTES_OF_MEMORY = 48;

export function costOf(rule: Rule): Cost {
  const compilation = new Compilation(new VersionNames([]));
  compilation.compile(rule, { status: 'live' });
  const memories = [...compilation.memories.values()];
  const steps = new Map<string, number>();
  for (const memory of memories) {
    const decided = memory.leaves.length;
    for (const [event, compared] of comparisonsByEvent(memory))
      steps.set(event, (steps.get(event) ?? 0) + compared + memory.holds + decided);
  }
  const ofTraits = new Set([...compilation.leavesByTrait.values()].flat()).size;
  if (ofTraits > 0) steps.set(SETS_TRAITS, (steps.get(SETS_TRAITS) ?? 0) + ofTraits);
  const ofAll = steps.get(ANYTHING) ?? 0;
  for (const [name, own] of steps)
    if (name !== ANYTHING && isAnything({ name })) steps.set(name, own + ofAll);
  const [event, perEvent] = [...steps].reduce((most, one) => (one[1] > most[1] ? one : most), NOTHING);
  const perContact = memories.reduce((sum, { holds }) => sum + BYTES_OF_MEMORY + holds * BYTES_OF_VALUE, 0);
  return { perEvent, event, perContact };
}

/** The event that sets traits, whose conditions are decided then. */
const SETS_TRAITS = 'Identified';

const NOTHING: readonly [event: string | null, steps: number] = [null, 0];

/** How many comparisons a memory makes for one event of each name that it is fed. */
function comparisonsByEvent({ feeds }: Memory): Map<string, number> {
  const compared = new Map<string, number>();
  for (const feed of feeds)
    for (const name of namesOf(feed.event)) {
      const own = feedOfName(name, feed);
      const steps = comparisonsIn(own?.where).reduce((sum, [, one]) => sum + stepsFor(one), 1);
      if (own) compared.set(name, (compared.get(name) ?? 0) + steps);
    }
  return compared;
}

/** Why a rule costs too much, at the node below which the most is spent; empty when it keeps to the budget. */
export function costProblems(rule: Rule, path = 'rule'): Problem[] {
  const cost = costOf(rule);
  return (['perContact', 'perEvent'] as const)
    .filter((measure) => cost[measure] > budget[measure])
    .map((measure) => ({
      path: costliest(rule, measure, path),
      code: 'cost',
      message: `The rule costs too much: ${cost[measure]} ${unit[measure]}, most of it here.`,
      expected: `a rule of at most ${budget[measure]} ${unit[measure]}: fewer conditions, lower counts, or a count without a window`,
    }));
}

const unit = { perContact: 'bytes kept of a contact', perEvent: 'steps for an event' } as const;

/** The path of the condition that costs most by itself. */
function costliest(rule: Rule, measure: keyof typeof budget, path: string): string {
  const [group, nodes] = insideOf(rule);
  if (group === undefined) return path;
  const costs = nodes.map((node) => costOf(node)[measure]);
  const most = costs.indexOf(Math.max(...costs));
  return costliest(nodes[most]!, measure, pathInside(path, group, most));
}
