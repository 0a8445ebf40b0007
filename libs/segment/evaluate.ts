import type { Instant } from '@entente/kernel';
import { kindOf } from './conditions/registry';
import type { Facts } from './facts';
import type { Rule } from './rule';

/**
 * Whether a rule holds for a contact at `now`. This is the definition: every other form must agree with it. Events
 * after `now` are not seen. It never throws: what is missing or of another type makes a comparison false.
 */
export function evaluate(rule: Rule, facts: Facts, now: Instant): boolean {
  if ('all' in rule) return rule.all.every((node) => evaluate(node, facts, now));
  if ('any' in rule) return rule.any.some((node) => evaluate(node, facts, now));
  if ('not' in rule) return !evaluate(rule.not, facts, now);
  return kindOf(rule).holds(rule, facts, now);
}
