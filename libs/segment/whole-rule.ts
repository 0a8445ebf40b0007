import type { Instant } from '@entente/kernel';
import { evaluate } from './evaluate';
import type { Facts } from './facts';
import { segmentsNamed, type Rule } from './rule';

/** A rule with those of the segments that it names, directly or not: all that it takes to evaluate it by itself. */
export interface WholeRule {
  readonly rule: Rule;
  readonly named: ReadonlyMap<string, Rule>;
}

/** What is known of a contact, but for its memberships. */
export type KnownFacts = Omit<Facts, 'memberOf'>;

/** Looks up every segment that a rule names. One that `ruleOf` does not know has no members. */
export function wholeRule(rule: Rule, ruleOf: (segment: string) => Rule | undefined): WholeRule {
  const named = new Map<string, Rule>();
  const open = segmentsNamed(rule);
  for (const segment of open) {
    const found = named.has(segment) ? undefined : ruleOf(segment);
    if (!found) continue;
    named.set(segment, found);
    open.push(...segmentsNamed(found));
  }
  return { rule, named };
}

/** The rule and all that it names. */
export const rulesOf = ({ rule, named }: WholeRule): readonly Rule[] => [rule, ...named.values()];

/** The facts with memberships as the definition gives them at `now`. The segments named must not name each other in a circle. */
export function factsAt({ named }: WholeRule, known: KnownFacts, now: Instant): Facts {
  const decided = new Map<string, boolean>();
  const facts: Facts = {
    ...known,
    memberOf(segment) {
      let member = decided.get(segment);
      if (member === undefined) {
        const rule = named.get(segment);
        member = rule !== undefined && evaluate(rule, facts, now);
        decided.set(segment, member);
      }
      return member;
    },
  };
  return facts;
}

export const holdsAt = (whole: WholeRule, known: KnownFacts, now: Instant): boolean =>
  evaluate(whole.rule, factsAt(whole, known, now), now);
