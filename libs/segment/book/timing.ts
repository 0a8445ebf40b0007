import type { Instant } from '@entente/kernel';
import { sooner } from '../sooner';
import type { Compilation } from './compilation';
import { isTimed, type Evaluation, type Leaf, type TimedLeaf } from './evaluation';

const NONE: readonly TimedLeaf[] = [];

/** The conditions of versions that time alone may change. */
export class Timing {
  private readonly memories: Compilation['memories'];
  private readonly byTrait: ReadonlyMap<string, readonly TimedLeaf[]>;

  constructor({ memories, leavesByTrait }: Compilation) {
    this.memories = memories;
    this.byTrait = timedOnly(leavesByTrait);
  }

  /** When the next condition on what a contact has may change. */
  next(moment: Evaluation): Instant | undefined {
    return firstChangeOf(this.leavesOf(moment), moment);
  }

  /** The same of those that read one of these top-level traits, whether the contact has it or not. */
  nextOfTraits(names: readonly string[], moment: Evaluation): Instant | undefined {
    const leaves = new Set<TimedLeaf>();
    for (const name of names) for (const leaf of this.byTrait.get(name) ?? NONE) leaves.add(leaf);
    return firstChangeOf(leaves, moment);
  }

  /** The conditions that may change by an instant. */
  due(moment: Evaluation, until: Instant): Leaf[] {
    return [...this.leavesOf(moment)].filter(
      ({ tracked }) => (tracked.changesAt(moment) ?? Infinity) <= until,
    );
  }

  private leavesOf({ state, traits }: Evaluation): Set<TimedLeaf> {
    const leaves = new Set<TimedLeaf>();
    for (const memory of state.keys())
      for (const leaf of this.memories.get(memory)?.timed ?? NONE) leaves.add(leaf);
    for (const [trait, timed] of this.byTrait)
      if (Object.hasOwn(traits, trait)) for (const leaf of timed) leaves.add(leaf);
    return leaves;
  }
}

/** When the first of these conditions may change. */
export function firstChangeOf(leaves: Iterable<TimedLeaf>, moment: Evaluation): Instant | undefined {
  let first: Instant | undefined;
  for (const { tracked } of leaves) first = sooner(first, tracked.changesAt(moment));
  return first;
}

function timedOnly(all: Iterable<readonly [string, readonly Leaf[]]>): Map<string, readonly TimedLeaf[]> {
  const timed = [...all].map(([key, leaves]) => [key, leaves.filter(isTimed)] as const);
  return new Map(timed.filter(([, leaves]) => leaves.length > 0));
}
