import type { Instant, Json, JsonObject } from '@entente/kernel';
import { kindOf, type Condition } from './conditions/registry';
import { evaluate } from './evaluate';
import type { Facts } from './facts';
import type { Rule } from './rule';

/** A rule's tree with the value of every node; a condition says what it looked at. Plain JSON. */
export type Explanation =
  | { readonly value: boolean; readonly all: readonly Explanation[] }
  | { readonly value: boolean; readonly any: readonly Explanation[] }
  | { readonly value: boolean; readonly not: Explanation }
  | { readonly value: boolean; readonly condition: Json; readonly because: JsonObject };

/** Why `evaluate` says what it says, node by node. */
export function explain(rule: Rule, facts: Facts, now: Instant): Explanation {
  const value = evaluate(rule, facts, now);
  const inside = (node: Rule): Explanation => explain(node, facts, now);
  if ('all' in rule) return { value, all: rule.all.map(inside) };
  if ('any' in rule) return { value, any: rule.any.map(inside) };
  if ('not' in rule) return { value, not: inside(rule.not) };
  return { value, condition: asJson(rule), because: kindOf(rule).because(rule, facts, now) };
}

const asJson = (condition: Condition): Json => condition as unknown as Json;
