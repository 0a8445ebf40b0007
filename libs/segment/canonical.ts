import { canonicalJson, type Json } from '@entente/kernel';
import type { Rule } from './rule';

/**
 * A rule as JSON such that rules equal up to sugar, field order and the order and repetition of a group's nodes have
 * equal texts.
 */
export function canonicalRule(rule: Rule): Json {
  if ('all' in rule) return { all: sorted(rule.all) };
  if ('any' in rule) return { any: sorted(rule.any) };
  if ('not' in rule) return { not: canonicalRule(rule.not) };
  return rule as unknown as Json;
}

function sorted(nodes: readonly Rule[]): readonly Json[] {
  const byText = new Map(nodes.map(canonicalRule).map((node) => [canonicalJson(node), node]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}

/** The text that equal rules and equal conditions share. */
export const ruleText = (rule: Rule): string => canonicalJson(canonicalRule(rule));
