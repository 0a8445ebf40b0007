import { kindOf, type Condition } from './conditions/registry';
import type { Names } from './conditions/kind';

/**
 * A checked rule; only `parseRule` makes one. It is plain JSON in the shapes that authors write, with sugar expanded
 * and groups in the author's order; groups are never empty.
 */
export type Rule =
  { readonly all: readonly Rule[] } | { readonly any: readonly Rule[] } | { readonly not: Rule } | Condition;

export const groupNames = ['all', 'any', 'not'] as const;

/** The conditions of a rule, from left to right. */
export function conditionsOf(rule: Rule): readonly Condition[] {
  if ('all' in rule) return rule.all.flatMap(conditionsOf);
  if ('any' in rule) return rule.any.flatMap(conditionsOf);
  if ('not' in rule) return conditionsOf(rule.not);
  return [rule];
}

const named = (rule: Rule, what: keyof Names): string[] => [
  ...new Set(conditionsOf(rule).flatMap((condition) => kindOf(condition).names(condition)[what] ?? [])),
];

/** The keys of the segments a rule refers to, each once. */
export const segmentsNamed = (rule: Rule): string[] => named(rule, 'segments');

/** The keys of the lists a rule refers to, each once. */
export const listsNamed = (rule: Rule): string[] => named(rule, 'lists');

/** The keys of the topics a rule refers to, each once. */
export const topicsNamed = (rule: Rule): string[] => named(rule, 'topics');

/** The names of the events a rule counts, each once. */
export const eventsNamed = (rule: Rule): string[] => named(rule, 'events');

/** The top-level names of the traits a rule reads, each once. */
export const traitsNamed = (rule: Rule): string[] => named(rule, 'traits');
