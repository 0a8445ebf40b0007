import { toIso, type Instant, type Json, type JsonObject } from '@entente/kernel';
import { kindOf, type Condition } from './conditions/registry';
import { evaluate } from './evaluate';
import type { Facts } from './facts';
import type { Forecast } from './forecast';
import type { Rule } from './rule';

/** A rule's tree with the value of every node, and when time alone changes it next; a condition says what it looked at. Plain JSON. */
export type Explanation = Said & Inside;

interface Said {
  readonly value: boolean;
  /** Null where time alone does not change it, as far as that is foreseen. */
  readonly changesAt: string | null;
}

type Inside =
  | { readonly all: readonly Explanation[] }
  | { readonly any: readonly Explanation[] }
  | { readonly not: Explanation }
  | { readonly condition: Json; readonly because: JsonObject };

/** Why `evaluate` says what it says, node by node. */
export function explain(
  rule: Rule,
  facts: Facts,
  now: Instant,
  changes: Forecast['changes'] = new Map<Rule, Instant>(),
): Explanation {
  const change = changes.get(rule);
  const said = {
    value: evaluate(rule, facts, now),
    changesAt: change === undefined ? null : toIso(change),
  };
  const inside = (node: Rule): Explanation => explain(node, facts, now, changes);
  if ('all' in rule) return { ...said, all: rule.all.map(inside) };
  if ('any' in rule) return { ...said, any: rule.any.map(inside) };
  if ('not' in rule) return { ...said, not: inside(rule.not) };
  return { ...said, condition: asJson(rule), because: kindOf(rule).because(rule, facts, now) };
}

const asJson = (condition: Condition): Json => condition as unknown as Json;
