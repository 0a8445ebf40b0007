import { isObject, type Json } from '@entente/kernel';
import { below, type Findings } from '../findings';
import { parsePath } from '../parse-path';
import { stepsOf, valueAt } from '../read';
import { anyOf, closed, path as pathSchema, type Schema } from '../schema/schema';
import type { Context, Operator } from './operator';

/**
 * Something to compare with instead of a value: another trait of the same contact, or in a filter another property of the same
 * event, or field of the same object.
 */
export type OtherOperand = ({ readonly trait: string } | { readonly property: string }) & {
  readonly [shift: string]: Json;
};

const isOther = (operand: Json): operand is OtherOperand => isObject(operand);
const kinds = ['trait', 'property'] as const;
const kindOf = (operand: OtherOperand) => ('trait' in operand ? 'trait' : 'property');
const pathOf = (operand: OtherOperand): string => operand[kindOf(operand)] as string;

/** What may stand beside the path, and makes of what is found that which is compared with. */
export interface Shift {
  readonly schemas: Readonly<Record<string, Schema>>;
  parse(
    fields: Readonly<Record<string, unknown>>,
    path: string,
    findings: Findings,
  ): Readonly<Record<string, Json>> | undefined;
  of(operand: Readonly<Record<string, Json>>): (value: Json, zone: string) => Json | undefined;
}

const asItIs: Shift = { schemas: {}, parse: () => ({}), of: () => (value) => value };

/**
 * An operator that takes `{ "trait": "path" }` and `{ "property": "path" }` too: what is found there is then its operand. Its `test`
 * has to make something of every value there may be, and time does not matter to it.
 */
export const orOther = <Operand extends Json>(
  operator: Operator<Operand> & { turns?: never },
  shift: Shift = asItIs,
): Operator<Operand | OtherOperand> => ({
  ...operator,
  expected: `${operator.expected}, or { "trait": "…" }, or in a filter { "property": "…" }, to compare with another one`,
  schema: anyOf(
    operator.schema,
    ...kinds.map((kind) => closed({ [kind]: pathSchema, ...shift.schemas }, [kind])),
  ),

  parse(raw, path, findings) {
    if (!isObject(raw)) return operator.parse(raw, path, findings);
    const kind = kinds.find((one) => raw[one] !== undefined);
    if (kind === undefined) return undefined;
    const { [kind]: named, ...others } = raw;
    const known = Object.keys(shift.schemas);
    for (const field of Object.keys(others).filter((name) => !known.includes(name)))
      findings.add(
        below(path, field),
        'unknown-field',
        'There is no such field here.',
        [kind, ...known].join(', '),
      );
    const other = parsePath(named, kind === 'trait' ? 'trait' : 'measure', below(path, kind), findings);
    const shifted = shift.parse(others, path, findings);
    return other === undefined || !shifted ? undefined : ({ [kind]: other, ...shifted } as OtherOperand);
  },

  test(operand) {
    if (!isOther(operand)) return operator.test(operand);
    const read = readerOf(operand);
    const shifted = shift.of(operand);
    return (value, context) => {
      const other = read(context);
      const compared = other === undefined ? undefined : shifted(other, context.zone);
      return compared !== undefined && operator.test(compared as Operand)(value, context);
    };
  },

  only: (operand) => (isOther(operand) ? undefined : operator.only?.(operand)),

  depends(operand) {
    if (!isOther(operand)) return operator.depends?.(operand);
    const onTraits = operator.depends?.(operand as unknown as Operand)?.onTraits ?? [];
    const path = pathOf(operand);
    return kindOf(operand) === 'trait'
      ? { onTraits: [stepsOf(path)[0]!, ...onTraits] }
      : { onTraits, beside: [path] };
  },
});

function readerOf(operand: OtherOperand): (context: Context) => Json | undefined {
  const path = pathOf(operand);
  if (kindOf(operand) === 'property') return ({ beside }) => beside?.(path);
  const steps = stepsOf(path);
  return ({ traits }) => valueAt(traits, steps);
}
