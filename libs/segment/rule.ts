import { kindOf, type Condition } from './conditions/registry';
import type { Names } from './conditions/kind';
import { CREATED } from './created';
import { below } from './findings';

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

/** The group that a rule is, if it is one, and what is in it. */
export function insideOf(rule: Rule): [group: string | undefined, nodes: readonly Rule[]] {
  if ('all' in rule) return ['all', rule.all];
  if ('any' in rule) return ['any', rule.any];
  if ('not' in rule) return ['not', [rule.not]];
  return [undefined, []];
}

/** The path of a rule in a group at a path. */
export const pathInside = (path: string, group: string, place: number): string =>
  group === 'not' ? below(path, group) : below(below(path, group), place);

const named = (rule: Rule, what: keyof Names): string[] => [
  ...new Set(conditionsOf(rule).flatMap((condition) => kindOf(condition).names(condition)[what] ?? [])),
];

/** The keys of the segments a rule refers to, each once. */
export const segmentsNamed = (rule: Rule): string[] => named(rule, 'segments');

/** The keys of the segments whose entries and exits a rule counts, each once. */
export const tellersNamed = (rule: Rule): string[] => named(rule, 'tellers');

/** The names of the events a rule counts, each once. */
export const eventsNamed = (rule: Rule): string[] => named(rule, 'events');

/** The top-level names of the traits a rule reads, each once. */
export const traitsNamed = (rule: Rule): string[] => named(rule, 'traits');

/** Whether a rule asks when somebody was created. */
export const readsCreated = (rule: Rule): boolean => traitsNamed(rule).includes(CREATED);

/** Whether a rule reads the context of events. */
export const readsContext = (rule: Rule): boolean => named(rule, 'context').length > 0;
