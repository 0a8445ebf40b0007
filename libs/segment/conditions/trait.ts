import {
  dependenceOf,
  passes,
  readOperators,
  testOf,
  turnOf,
  type Comparison,
} from '../comparisons/comparison';
import { operatorNames } from '../comparisons/registry';
import { contextOf } from '../context';
import { below } from '../findings';
import { isPath, stepsOf, valueAt } from '../read';
import type { ConditionKind } from './kind';

/** `{ "trait": "address.city", "in": ["Lyon", "Lille"] }`: the operators stand beside the path. */
export type TraitCondition = { readonly trait: string } & Comparison;

const comparisonOf = ({ trait: _, ...comparison }: TraitCondition): Comparison => comparison;

export const trait: ConditionKind<TraitCondition> = {
  fields: ['trait', ...operatorNames],

  parse(fields, path, findings) {
    const { trait: named } = fields;
    if (!isPath(named))
      findings.add(
        below(path, 'trait'),
        'path',
        'That names no trait.',
        'a name, or names between single dots',
      );
    const comparison = readOperators(fields, path, findings);
    return isPath(named) && comparison ? { trait: named, ...comparison } : undefined;
  },

  names: (condition) => ({
    traits: [...new Set([stepsOf(condition.trait)[0]!, ...dependenceOf(comparisonOf(condition)).onTraits])],
  }),

  holds: (condition, facts, now) =>
    passes(comparisonOf(condition), valueAt(facts.traits, stepsOf(condition.trait)), contextOf(facts, now)),

  because: (condition, { traits }) => ({ found: valueAt(traits, stepsOf(condition.trait)) ?? null }),

  compile(condition) {
    const steps = stepsOf(condition.trait);
    const comparison = comparisonOf(condition);
    const test = testOf(comparison);
    const turn = turnOf(comparison);
    return {
      holds: (moment) => test(valueAt(moment.traits, steps), moment),
      ...(dependenceOf(comparison).onTime && {
        changesAt: (moment) => turn(valueAt(moment.traits, steps), moment),
      }),
    };
  },
};
