import { isObject, type Instant, type Json } from '@entente/kernel';
import { below, quote, type Findings } from '../findings';
import type { Context, Dependence, Scalar } from './operator';
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
export const passes = (comparison: Comparison, value: Json | undefined, context: Context): boolean =>
  partsOf(comparison).every(([name, operand]) => operatorOf(name).holds(value, operand, context));

/** `passes`, with the operators looked up once. */
export function testOf(comparison: Comparison): (value: Json | undefined, context: Context) => boolean {
  const tests = partsOf(comparison).map(([name, operand]) => ({ operator: operatorOf(name), operand }));
  if (tests.length === 1) {
    const { operator, operand } = tests[0]!;
    return (value, context) => operator.holds(value, operand, context);
  }
  return (value, context) => tests.every(({ operator, operand }) => operator.holds(value, operand, context));
}

/** The only values that can pass, where an operator lists them. */
export function valuesOf(comparison: Comparison): readonly Scalar[] | undefined {
  for (const [name, operand] of partsOf(comparison)) {
    const values = operatorOf(name).only?.(operand);
    if (values) return values;
  }
  return undefined;
}

/** What a comparison's truth depends on besides the value, all operators taken together. */
export function dependenceOf(comparison: Comparison): Required<Dependence> {
  const all = partsOf(comparison).map(([name, operand]) => operatorOf(name).depends?.(operand));
  return {
    onTime: all.some((one) => one?.onTime === true),
    onTraits: [...new Set(all.flatMap((one) => one?.onTraits ?? []))],
  };
}

/** An instant after `now` before which time alone does not change whether a value passes. */
export function turnOf(
  comparison: Comparison,
): (value: Json | undefined, context: Context) => Instant | undefined {
  const timed = partsOf(comparison)
    .map(([name, operand]) => ({ operator: operatorOf(name), operand }))
    .filter(({ operator }) => operator.turnsAt);
  return (value, context) =>
    earliest(timed.map(({ operator, operand }) => operator.turnsAt!(value, operand, context)));
}

/** The parts of a comparison whose truth is that of the value alone, and those that move with time or traits. */
export function splitComparison(comparison: Comparison): {
  readonly fixed: Comparison | undefined;
  readonly moving: Comparison | undefined;
} {
  const moves = ([name, operand]: [OperatorName, Json]): boolean =>
    operatorOf(name).depends?.(operand) !== undefined;
  return {
    fixed: someOf(partsOf(comparison).filter((part) => !moves(part))),
    moving: someOf(partsOf(comparison).filter(moves)),
  };
}

const someOf = (parts: [OperatorName, Json][]): Comparison | undefined =>
  parts.length > 0 ? (Object.fromEntries(parts) as Comparison) : undefined;

/** The earliest of some instants, if there is any. */
export function earliest(instants: Iterable<Instant | undefined>): Instant | undefined {
  let first: Instant | undefined;
  for (const instant of instants)
    if (instant !== undefined && (first === undefined || instant < first)) first = instant;
  return first;
}
