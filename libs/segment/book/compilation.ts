import { canonicalJson, type Json } from '@entente/kernel';
import type { Needs } from '../conditions/kind';
import { kindOf, type Condition } from '../conditions/registry';
import type { Rule } from '../rule';
import { Leaf, type Evaluation, type Test } from './evaluation';
import type { Memory, Remembered } from '../memories/memory';
import { OpenMemory } from './open-memory';
import type { Reader, VersionNames } from './versions';

class All implements Test {
  constructor(private readonly tests: readonly Test[]) {}

  passes(evaluation: Evaluation): boolean {
    return this.tests.every((test) => test.passes(evaluation));
  }
}

class Any implements Test {
  constructor(private readonly tests: readonly Test[]) {}

  passes(evaluation: Evaluation): boolean {
    return this.tests.some((test) => test.passes(evaluation));
  }
}

class Not implements Test {
  constructor(private readonly test: Test) {}

  passes(evaluation: Evaluation): boolean {
    return !this.test.passes(evaluation);
  }
}

/** Turns rules into tests over shared conditions, and conditions into needs of shared memories. */
export class Compilation {
  readonly memories = new Map<string, OpenMemory>();
  readonly leavesByTrait = new Map<string, Leaf[]>();
  /** Conditions that differ between people of whom nothing is known. */
  readonly personal: Leaf[] = [];
  private readonly leaves = new Map<string, Leaf>();

  constructor(private readonly names: VersionNames) {}

  /** The rule as somebody reads it, and its conditions. */
  compile(rule: Rule, reader: Reader): { test: Test; leaves: readonly Leaf[] } {
    if ('all' in rule) {
      const { tests, leaves } = this.compileList(rule.all, reader);
      return { test: new All(tests), leaves };
    }
    if ('any' in rule) {
      const { tests, leaves } = this.compileList(rule.any, reader);
      return { test: new Any(tests), leaves };
    }
    if ('not' in rule) {
      const { test, leaves } = this.compile(rule.not, reader);
      return { test: new Not(test), leaves };
    }
    const leaf = this.leaf(rule, reader);
    return { test: leaf, leaves: [leaf] };
  }

  private compileList(rules: readonly Rule[], reader: Reader): { tests: Test[]; leaves: Leaf[] } {
    const compiled = rules.map((rule) => this.compile(rule, reader));
    return { tests: compiled.map(({ test }) => test), leaves: compiled.flatMap(({ leaves }) => leaves) };
  }

  /** A condition as somebody reads it. */
  leaf(condition: Condition, reader: Reader): Leaf {
    const refers = kindOf(condition).names(condition).segments !== undefined;
    const text = `${refers ? [reader.status, reader.until].join() : ''} ${canonicalJson(condition)}`;
    const leaf = this.leaves.get(text) ?? this.newLeaf(condition, reader);
    this.leaves.set(text, leaf);
    return leaf;
  }

  private newLeaf(condition: Condition, reader: Reader): Leaf {
    const memories = new Set<OpenMemory>();
    let refersTo: number | undefined;
    const needs: Needs = {
      memory: <Kept extends Json, Options extends Json>(asked: Remembered<Kept, Options>) => {
        const memory = this.remember(asked as unknown as Remembered<Json, Json>);
        memories.add(memory);
        return memory as unknown as Memory<Kept>;
      },
      version: (segment) => (refersTo = this.names.idOf(segment, reader)),
    };
    const kind = kindOf(condition);
    const tracked = kind.compile(condition, needs);
    const { traits = [] } = kind.names(condition);
    const leaf = new Leaf(tracked, [...memories], traits, refersTo);
    for (const memory of memories) memory.leaves.push(leaf);
    if (leaf.tracked.personal) this.personal.push(leaf);
    for (const trait of traits) addTo(this.leavesByTrait, trait, leaf);
    return leaf;
  }

  private remember(asked: Remembered<Json, Json>): OpenMemory {
    const made = new OpenMemory(asked);
    const memory = this.memories.get(made.key) ?? made;
    memory.size = Math.max(memory.size, asked.size);
    this.memories.set(memory.key, memory);
    return memory;
  }
}

function addTo(map: Map<string, Leaf[]>, key: string, leaf: Leaf): void {
  const list = map.get(key);
  if (list) list.push(leaf);
  else map.set(key, [leaf]);
}
