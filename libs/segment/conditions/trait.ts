import { passes, readOperators, testOf, type Comparison } from '../comparisons/comparison';
import { operatorNames } from '../comparisons/registry';
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

  names: (condition) => ({ traits: [stepsOf(condition.trait)[0]!] }),

  holds: (condition, { traits }) =>
    passes(comparisonOf(condition), valueAt(traits, stepsOf(condition.trait))),

  because: (condition, { traits }) => ({ found: valueAt(traits, stepsOf(condition.trait)) ?? null }),

  compile(condition) {
    const steps = stepsOf(condition.trait);
    const test = testOf(comparisonOf(condition));
    return { holds: ({ traits }) => test(valueAt(traits, steps)) };
  },
};
