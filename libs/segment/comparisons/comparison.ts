import type { Json } from '@entente/kernel';
import type { Findings } from '../findings';
import {
  moves,
  type Compared,
  type Context,
  type Dependence,
  type Operator,
  type Scalar,
  type Test,
  type Turn,
} from './operator';
import { operators } from './registry';
import { once } from './once';
import * as table from './operator-table';

/** Operators and their operands, all of which must hold: `{ "gt": 50, "lte": 100 }`. Other fields beside them say nothing here. */
export type Comparison = table.ComparisonBy<typeof operators>;

const partsOf = (comparison: Comparison) => table.partsOf(operators, comparison);

/** The operators that a node or a comparison has among its fields, in the order of the registry. */
export const readOperators = (
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): Comparison | undefined => table.readOperators(operators, fields, path, findings);

/** A comparison as authors write it: an object of operators, or a bare value that must be equal. */
export const parseComparison = (raw: unknown, path: string, findings: Findings): Comparison | undefined =>
  table.parseOperators(operators, raw, path, findings);

/** The test that a comparison makes, prepared once for it. */
export const testOf = once((comparison: Comparison): Test => table.testOf(operators, comparison));

/** Whether a value passes all operators. Nothing, and a value of another type, pass none but `exists: false`. */
export const passes = (comparison: Comparison, value: Json | undefined, context: Context): boolean =>
  testOf(comparison)(value, context);

/** The only values that can pass, where an operator lists them. */
export function valuesOf(comparison: Comparison): readonly Scalar[] | undefined {
  for (const [operator, operand] of partsOf(comparison)) {
    const values = operator.only?.(operand);
    if (values) return values;
  }
  return undefined;
}

/** Whether the values that can pass are listed, and all pass. */
export const isListed = (comparison: Comparison): boolean =>
  valuesOf(comparison) !== undefined && partsOf(comparison).length === 1;

/** What a comparison's truth depends on besides the value, all operators taken together. */
export const dependenceOf = (comparison: Comparison): Required<Dependence> =>
  table.dependenceOf(operators, comparison);

/** The same where every value is an instant, and no day, which begins at another one in each zone. */
export const dependenceOfInstants = (comparison: Comparison): Required<Dependence> =>
  table.dependenceOf(operators, comparison, true);

/** An instant after `now` before which time alone does not change whether a value passes. */
export const turnOf = (comparison: Comparison): Turn => table.turnOf(operators, comparison);

/** How many comparisons one value is reckoned to take. */
export const stepsFor = (comparison: Comparison): number => table.stepsFor(operators, comparison);

/** The operators that take a value for something else. */
export const othersThan = (what: Compared, comparison: Comparison): string[] =>
  partsOf(comparison)
    .filter(([operator, operand]) => operator.compares?.(operand) !== what)
    .map(([, , name]) => name);

/** The parts of a comparison whose truth is that of the value alone, and those that move with time or traits. */
export function splitComparison(comparison: Comparison): {
  readonly fixed: Comparison | undefined;
  readonly moving: Comparison | undefined;
} {
  const parts = partsOf(comparison);
  const isMoving = ([operator, operand]: (typeof parts)[number]): boolean =>
    moves(operator.depends?.(operand));
  return {
    fixed: someOf(parts.filter((part) => !isMoving(part))),
    moving: someOf(parts.filter(isMoving)),
  };
}

const someOf = (parts: readonly (readonly [Operator<Json>, Json, string])[]): Comparison | undefined =>
  parts.length > 0 ? Object.fromEntries(parts.map(([, operand, name]) => [name, operand])) : undefined;
