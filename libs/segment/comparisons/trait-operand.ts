import { isObject, type Json } from '@entente/kernel';
import { below, type Findings } from '../findings';
import { parsePath } from '../parse-path';
import { stepsOf, valueAt } from '../read';
import { anyOf, closed, path as pathSchema, type Schema } from '../schema/schema';
import type { Operator } from './operator';

/** Another trait of the same contact to compare with, instead of a value. */
export type TraitOperand = { readonly trait: string; readonly [shift: string]: Json };

const isTraitOperand = (operand: Json): operand is TraitOperand => isObject(operand);

/** What may stand beside the trait's path, and makes of what the trait has that which is compared with. */
export interface TraitShift {
  readonly schemas: Readonly<Record<string, Schema>>;
  parse(
    fields: Readonly<Record<string, unknown>>,
    path: string,
    findings: Findings,
  ): Readonly<Record<string, Json>> | undefined;
  of(operand: Readonly<Record<string, Json>>): (value: Json, zone: string) => Json | undefined;
}

const asItIs: TraitShift = { schemas: {}, parse: () => ({}), of: () => (value) => value };

/**
 * An operator that takes `{ "trait": "path" }` too: what that trait has is then its operand. Its `test` has to make
 * something of every value there may be, and time does not matter to it.
 */
export const orTrait = <Operand extends Json>(
  operator: Operator<Operand> & { turns?: never },
  shift: TraitShift = asItIs,
): Operator<Operand | TraitOperand> => ({
  ...operator,
  expected: `${operator.expected}, or { "trait": "…" } to compare with another trait`,
  schema: anyOf(operator.schema, closed({ trait: pathSchema, ...shift.schemas }, ['trait'])),

  parse(raw, path, findings) {
    if (!isObject(raw)) return operator.parse(raw, path, findings);
    const { trait, ...others } = raw;
    if (trait === undefined) return undefined;
    const known = Object.keys(shift.schemas);
    for (const field of Object.keys(others).filter((name) => !known.includes(name)))
      findings.add(
        below(path, field),
        'unknown-field',
        'There is no such field here.',
        ['trait', ...known].join(', '),
      );
    const named = parsePath(trait, 'trait', below(path, 'trait'), findings);
    const shifted = shift.parse(others, path, findings);
    return named === undefined || !shifted ? undefined : { trait: named, ...shifted };
  },

  test(operand) {
    if (!isTraitOperand(operand)) return operator.test(operand);
    const steps = stepsOf(operand.trait);
    const shifted = shift.of(operand);
    return (value, context) => {
      const other = valueAt(context.traits, steps);
      const compared = other === undefined ? undefined : shifted(other, context.zone);
      return compared !== undefined && operator.test(compared as Operand)(value, context);
    };
  },

  only: (operand) => (isTraitOperand(operand) ? undefined : operator.only?.(operand)),

  depends(operand) {
    if (!isTraitOperand(operand)) return operator.depends?.(operand);
    const others = operator.depends?.(operand as unknown as Operand)?.onTraits ?? [];
    return { onTraits: [stepsOf(operand.trait)[0]!, ...others] };
  },
});
