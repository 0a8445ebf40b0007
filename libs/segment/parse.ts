import { isObject, type Problem } from '@entente/kernel';
import { bounds } from './bounds';
import { kindNamed, kindNames, type Condition } from './conditions/registry';
import { below, Findings, quote, type Reference } from './findings';
import { groupNames, type Rule } from './rule';

const keyNames: readonly string[] = [...groupNames, ...kindNames];
const expectedNode = `an object with exactly one of ${keyNames.join(', ')}`;
const isGroup = (name: string): name is (typeof groupNames)[number] =>
  (groupNames as readonly string[]).includes(name);

/**
 * Reads a rule as an author writes it: the checked rule, or everything that is wrong with it, and what it refers to as far as it can be read. `path` is
 * where it stands. One that is `stored` is read though it is a mistake that is told to authors today.
 */
export function parseRule(json: unknown, path = 'rule', stored = false): ReadRule {
  const reader = new RuleReader(new Findings(stored));
  const rule = reader.node(json, path, 1);
  const { problems, references } = reader.findings;
  return rule && problems.length === 0 ? { rule, references } : { problems, references };
}

type ReadRule = { readonly references: readonly Reference[] } & (
  { readonly rule: Rule } | { readonly problems: readonly Problem[] }
);

class RuleReader {
  private nodes = 0;

  constructor(readonly findings: Findings) {}

  node(json: unknown, path: string, depth: number): Rule | undefined {
    if (this.isTooLarge(path, depth)) return undefined;
    if (!isObject(json)) return this.findings.add(path, 'node', 'That is no rule.', expectedNode);
    const [name, ...others] = keyNames.filter((key) => Object.hasOwn(json, key));
    if (name === undefined) return this.nameless(json, path);
    if (others.length > 0)
      return this.findings.add(
        path,
        'two-kinds',
        `This is ${[name, ...others].map(quote).join(' and ')} at once: combine them with "all" or "any".`,
        expectedNode,
      );
    this.findings.addUnknown(json, path, isGroup(name) ? [name] : kindNamed(name).fields);
    return isGroup(name) ? this.group(name, json[name], path, depth) : this.condition(name, json, path);
  }

  private condition(name: string, json: Record<string, unknown>, path: string): Condition | undefined {
    return kindNamed(name).parse(json, path, this.findings);
  }

  private group(name: 'all' | 'any' | 'not', json: unknown, path: string, depth: number): Rule | undefined {
    const here = below(path, name);
    if (name === 'not') {
      const node = this.node(json, here, depth + 1);
      return node && { not: node };
    }
    if (!Array.isArray(json) || json.length === 0)
      return this.findings.add(
        here,
        'empty',
        Array.isArray(json) ? 'An empty group says nothing about anybody.' : 'A group is a list of nodes.',
        'a list of one node or more',
      );
    const nodes = this.list(json, here, depth + 1);
    return nodes && (name === 'all' ? { all: nodes } : { any: nodes });
  }

  private list(json: readonly unknown[], path: string, depth: number): readonly Rule[] | undefined {
    const nodes: (Rule | undefined)[] = [];
    for (const [index, node] of json.entries()) {
      nodes.push(this.node(node, below(path, index), depth));
      if (this.nodes > bounds.nodes) break;
    }
    return nodes.includes(undefined) ? undefined : (nodes as Rule[]);
  }

  private isTooLarge(path: string, depth: number): boolean {
    this.nodes += 1;
    const shallow = `at most ${bounds.depth} levels`;
    const small = `at most ${bounds.nodes} nodes`;
    if (depth > bounds.depth) this.findings.add(path, 'too-deep', 'The rule is nested too deeply.', shallow);
    if (this.nodes === bounds.nodes + 1)
      this.findings.add(path, 'too-large', 'The rule has too many nodes.', small);
    return depth > bounds.depth || this.nodes > bounds.nodes;
  }

  private nameless(json: Record<string, unknown>, path: string): undefined {
    const fields = Object.keys(json).slice(0, 5).map(quote).join(', ');
    this.findings.add(
      path,
      'no-kind',
      fields ? `No kind of condition is named: ${fields}.` : 'An empty object says nothing about anybody.',
      expectedNode,
    );
  }
}
