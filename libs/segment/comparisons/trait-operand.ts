import { isObject, type Json } from '@entente/kernel';
import { below } from '../findings';
import { parsePath } from '../parse-path';
import { stepsOf, valueAt } from '../read';
import { anyOf, otherTrait } from '../schema/schema';
import type { Operator } from './operator';

/** Another trait of the same contact to compare with, instead of a value. */
export type TraitOperand = { readonly trait: string };

const isTraitOperand = (operand: Json): operand is TraitOperand => isObject(operand);

/**
 * An operator that takes `{ "trait": "path" }` too: what that trait has is then its operand. Its `test` has to make
 * something of every value there may be, and time does not matter to it.
 */
export const orTrait = <Operand extends Json>(
  operator: Operator<Operand> & { turns?: never },
): Operator<Operand | TraitOperand> => ({
  ...operator,
  expected: `${operator.expected}, or { "trait": "…" } to compare with another trait`,
  schema: anyOf(operator.schema, otherTrait),

  parse(raw, path, findings) {
    if (!isObject(raw)) return operator.parse(raw, path, findings);
    const { trait, ...others } = raw;
    if (trait === undefined) return undefined;
    for (const field of Object.keys(others))
      findings.add(below(path, field), 'unknown-field', 'There is no such field here.', 'trait');
    const named = parsePath(trait, 'trait', below(path, 'trait'), findings);
    return named === undefined ? undefined : { trait: named };
  },

  test(operand) {
    if (!isTraitOperand(operand)) return operator.test(operand);
    const steps = stepsOf(operand.trait);
    return (value, context) => {
      const other = valueAt(context.traits, steps);
      return other !== undefined && operator.test(other as Operand)(value, context);
    };
  },

  only: (operand) => (isTraitOperand(operand) ? undefined : operator.only?.(operand)),

  depends(operand) {
    if (!isTraitOperand(operand)) return operator.depends?.(operand);
    const others = operator.depends?.(operand as unknown as Operand)?.onTraits ?? [];
    return { onTraits: [stepsOf(operand.trait)[0]!, ...others] };
  },
});
