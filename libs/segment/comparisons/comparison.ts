import { isObject, type Json } from '@entente/kernel';
import { below, quote, type Findings } from '../findings';
import type { Scalar } from './operator';
import { operatorNames, operatorOf, type OperatorName } from './registry';

/** Operators and their operands, all of which must hold: `{ "gt": 50, "lte": 100 }`. */
export type Comparison = { readonly [operator in OperatorName]?: Json };

const expected = `a value, or operators out of ${operatorNames.join(', ')}`;
const partsOf = (comparison: Comparison): [OperatorName, Json][] =>
  Object.entries(comparison) as [OperatorName, Json][];

/** The operators that a node or a comparison has among its fields, in the order of the registry. */
export function readOperators(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): Comparison | undefined {
  const written = operatorNames.filter((name) => Object.hasOwn(fields, name));
  if (written.length === 0)
    return findings.add(path, 'no-comparison', 'It is not said what to compare with.', expected);
  const parts = written.map((name) => {
    const operator = operatorOf(name);
    const operand = operator.parse(fields[name]);
    if (operand === undefined)
      findings.add(
        below(path, name),
        'operand',
        `${quote(name)} cannot compare with that.`,
        operator.expected,
      );
    return [name, operand] as const;
  });
  return parts.some(([, operand]) => operand === undefined)
    ? undefined
    : (Object.fromEntries(parts) as Comparison);
}

/** A comparison as authors write it: an object of operators, or a bare value that must be equal. */
export function parseComparison(raw: unknown, path: string, findings: Findings): Comparison | undefined {
  if (Array.isArray(raw) || raw === null)
    return findings.add(path, 'comparison', 'A bare value is a text, a number, true or false.', expected);
  if (!isObject(raw)) return readOperators({ eq: raw }, path, findings);
  const unknown = Object.keys(raw).filter((name) => !operatorNames.includes(name as OperatorName));
  for (const name of unknown)
    findings.add(below(path, name), 'unknown-operator', `There is no operator ${quote(name)}.`, expected);
  const onlyUnknown = unknown.length > 0 && unknown.length === Object.keys(raw).length;
  return onlyUnknown ? undefined : readOperators(raw, path, findings);
}

/** Whether a value passes all operators. Nothing, and a value of another type, pass none but `exists: false`. */
export const passes = (comparison: Comparison, value: Json | undefined): boolean =>
  partsOf(comparison).every(([name, operand]) => operatorOf(name).holds(value, operand));

/** `passes`, with the operators looked up once. */
export function testOf(comparison: Comparison): (value: Json | undefined) => boolean {
  const tests = partsOf(comparison).map(([name, operand]) => ({ operator: operatorOf(name), operand }));
  if (tests.length === 1) {
    const { operator, operand } = tests[0]!;
    return (value) => operator.holds(value, operand);
  }
  return (value) => tests.every(({ operator, operand }) => operator.holds(value, operand));
}

/** The only values that can pass, where an operator lists them. */
export function valuesOf(comparison: Comparison): readonly Scalar[] | undefined {
  for (const [name, operand] of partsOf(comparison)) {
    const values = operatorOf(name).only?.(operand);
    if (values) return values;
  }
  return undefined;
}
