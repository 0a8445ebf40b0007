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

/** What may stand beside the path, so that a value is not compared with what is found, but with something made of it. */
export interface Shift {
  /** For authors, behind what may be written without. */
  readonly expected: string;
  readonly schemas: Readonly<Record<string, Schema>>;
  parse(
    fields: Readonly<Record<string, unknown>>,
    path: string,
    findings: Findings,
  ): Readonly<Record<string, Json>> | undefined;
  /** The comparison; undefined where nothing stands there. */
  compare(operand: Readonly<Record<string, Json>>): Compare | undefined;
}

type Compare = (value: Json | undefined, other: Json, context: Context) => boolean;

const asItIs: Shift = { expected: '', schemas: {}, parse: () => ({}), compare: () => undefined };

/**
 * An operator that takes `{ "trait": "path" }` and `{ "property": "path" }` too: what is found there is then its operand. Its `test`
 * has to make something of every value there may be, and time does not matter to it.
 */
export const orOther = <Operand extends Json>(
  operator: Operator<Operand> & { turns?: never },
  shift: Shift = asItIs,
): Operator<Operand | OtherOperand> => ({
  ...operator,
  expected: `${operator.expected}, or { "trait": "…" }, or in a filter { "property": "…" }, to compare with another one${shift.expected}`,
  schema: anyOf(
    operator.schema,
    ...kinds.map((kind) => ({
      ...closed({ [kind]: pathSchema, ...shift.schemas }, [kind]),
      maxProperties: 2,
    })),
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
    const compare: Compare =
      shift.compare(operand) ?? ((value, other, context) => operator.test(other as Operand)(value, context));
    return (value, context) => {
      const other = read(context);
      return other !== undefined && compare(value, other, context);
    };
  },

  edges: (operand) => (isOther(operand) ? undefined : operator.edges?.(operand)),

  compares: (operand) => operator.compares?.(operand as Operand),

  only: (operand) => (isOther(operand) ? undefined : operator.only?.(operand)),

  depends(operand, ofInstants) {
    if (!isOther(operand)) return operator.depends?.(operand, ofInstants);
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
