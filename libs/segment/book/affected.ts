import type { Leaf } from './evaluation';
import type { Match } from './event-index';
import type { OpenMemory } from './open-memory';
import type { References } from './references';

/** A longer list of affected versions is made each time: so many memories may have one. */
const MOST_KEPT = 100;

/** Which versions a change may make true or false: those whose conditions it is about and their dependents, in order. */
export class Affected {
  constructor(
    private readonly leavesByTrait: ReadonlyMap<string, readonly Leaf[]>,
    private readonly references: References,
  ) {}

  byEvent(matching: readonly Match[]): readonly number[] {
    if (matching.length === 1) return this.byMemory(matching[0]!.memory);
    return this.references.inOrder(matching.flatMap(({ memory }) => this.byMemory(memory)));
  }

  byTraits(names: readonly string[]): readonly number[] {
    return this.byLeaves(names.flatMap((name) => this.leavesOfTrait(name)));
  }

  byLeaves(leaves: readonly Leaf[]): readonly number[] {
    return this.references.withDependents(new Set(leaves.flatMap(({ versions }) => [...versions])));
  }

  /** Whether a segment reads one of these top-level traits. */
  readsTraits(names: readonly string[]): boolean {
    return names.some((name) => this.leavesOfTrait(name).some((leaf) => leaf.versions.size > 0));
  }

  private leavesOfTrait(name: string): readonly Leaf[] {
    return this.leavesByTrait.get(name) ?? [];
  }

  private byMemory(memory: OpenMemory): readonly number[] {
    if (memory.affected) return memory.affected;
    const affected = this.byLeaves(memory.leaves);
    if (affected.length <= MOST_KEPT) memory.affected = affected;
    return affected;
  }
}
