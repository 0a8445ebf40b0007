import { ruleText } from '../canonical';
import type { Rule } from '../rule';
import type { Test } from './evaluation';

/** A rule that is asked for without being a segment's, and the versions it refers to. */
export interface HeldRule {
  readonly test: Test;
  readonly refersTo: ReadonlySet<number>;
}

/** The extra rules of a book, found by what they say. */
export class HeldRules {
  private readonly byText = new Map<string, HeldRule>();
  private readonly byIdentity = new WeakMap<Rule, HeldRule>();

  add(rule: Rule, held: HeldRule): void {
    this.byText.set(ruleText(rule), held);
  }

  of(rule: Rule): HeldRule {
    const held = this.byIdentity.get(rule) ?? this.byText.get(ruleText(rule));
    if (!held) throw new Error('The book was compiled without this rule.');
    this.byIdentity.set(rule, held);
    return held;
  }
}
