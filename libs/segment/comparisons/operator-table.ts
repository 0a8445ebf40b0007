import { isObject, type Json } from '@entente/kernel';
import { below, quote, type Findings } from '../findings';
import { earliest } from '../sooner';
import { isContradiction } from './contradiction';
import { zoneTrait } from '../time-zone';
import type { Dependence, Operator, Test, Turn } from './operator';

/** Operators by name. */
export type OperatorTable = { readonly [name: string]: Operator<Json> };

/** Operators of a table and their operands, all of which must hold: `{ "gt": 50, "lte": 100 }`. */
export type ComparisonBy<Table extends OperatorTable> = { readonly [name in keyof Table]?: Json };

/** The operators among some fields, each with its operand, in the order of the table. */
export const partsOf = <Table extends OperatorTable>(
  table: Table,
  fields: ComparisonBy<Table>,
): readonly (readonly [operator: Operator<Json>, operand: Json, name: string])[] =>
  Object.keys(table)
    .filter((name) => Object.hasOwn(fields, name))
    .map((name) => [table[name]!, fields[name]!, name]);

/** Reads the operators that a node or a comparison has among its fields. */
export function readOperators<Table extends OperatorTable>(
  table: Table,
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): ComparisonBy<Table> | undefined {
  const written = Object.keys(table).filter((name) => Object.hasOwn(fields, name));
  if (written.length === 0)
    return findings.add(path, 'no-comparison', 'It is not said what to compare with.', expectedOf(table));
  const parts = written.map((name) => {
    const message =
      fields[name] === null && Object.hasOwn(table, 'exists')
        ? 'Null is no value: { "exists": false } asks for those without one.'
        : `${quote(name)} cannot compare with that.`;
    return [name, readOperand(table[name]!, fields[name], below(path, name), message, findings)] as const;
  });
  if (parts.some(([, operand]) => operand === undefined)) return undefined;
  const comparison = Object.fromEntries(parts) as ComparisonBy<Table>;
  if (!contradictsItself(table, comparison)) return comparison;
  const clash = clashIn(table, comparison);
  return findings.mistake(
    comparison,
    path,
    'constant',
    `No value passes ${clash.length === 2 ? 'both' : 'all of'} ${clash.map(quote).join(' and ')}.`,
    'comparisons that some value passes together',
  );
}

/** The first two operators that no value passes; where it takes more of them, all. */
function clashIn<Table extends OperatorTable>(table: Table, comparison: ComparisonBy<Table>): string[] {
  const parts = partsOf(table, comparison).map(([, operand, name]) => [name, operand] as const);
  for (const [place, one] of parts.entries())
    for (const other of parts.slice(place + 1))
      if (contradictsItself(table, Object.fromEntries([one, other]) as ComparisonBy<Table>))
        return [one[0], other[0]];
  return parts.map(([name]) => name);
}

/** As far as its operators tell by the value alone; what compares numbers only is judged by what these count. */
function contradictsItself<Table extends OperatorTable>(
  table: Table,
  comparison: ComparisonBy<Table>,
): boolean {
  if (Object.keys(comparison).length === 1 || !Object.hasOwn(table, 'exists')) return false;
  const edges = edgesOf(table, comparison);
  const comparesDates = dependenceOf(table, comparison).onTraits.includes(zoneTrait);
  return edges !== undefined && isContradiction(testOf(table, comparison), edges, comparesDates);
}

function readOperand(
  operator: Operator<Json>,
  raw: unknown,
  path: string,
  message: string,
  findings: Findings,
): Json | undefined {
  const before = findings.problems.length;
  const operand = operator.parse(raw, path, findings);
  if (operand === undefined && findings.problems.length === before)
    findings.add(path, 'operand', message, operator.expected);
  return operand;
}

/** Reads a comparison as authors write it: an object of operators, or a bare value that must be equal. */
export function parseOperators<Table extends OperatorTable>(
  table: Table,
  raw: unknown,
  path: string,
  findings: Findings,
): ComparisonBy<Table> | undefined {
  const expected = expectedOf(table);
  if (Array.isArray(raw) || raw === null)
    return findings.add(
      path,
      'comparison',
      `A bare value is a text, a number, true or false${raw ? ': a list of them stands behind "in"' : ''}.`,
      expected,
    );
  if (!isObject(raw)) {
    const eq = readOperand(table.eq!, raw, path, 'That is nothing to compare with.', findings);
    return eq === undefined ? undefined : ({ eq } as ComparisonBy<Table>);
  }
  const unknown = Object.keys(raw).filter((name) => !Object.hasOwn(table, name));
  for (const name of unknown)
    findings.add(below(path, name), 'unknown-operator', `There is no operator ${quote(name)}.`, expected);
  const onlyUnknown = unknown.length > 0 && unknown.length === Object.keys(raw).length;
  return onlyUnknown ? undefined : readOperators(table, raw, path, findings);
}

const expectedOf = (table: OperatorTable): string =>
  `a value, or operators out of ${Object.keys(table).join(', ')}`;

/** Whether a value passes all operators. */
export function testOf<Table extends OperatorTable>(table: Table, fields: ComparisonBy<Table>): Test {
  const tests = partsOf(table, fields).map(([operator, operand]) => operator.test(operand));
  if (tests.length === 1) return tests[0]!;
  return (value, context) => tests.every((test) => test(value, context));
}

/** What a comparison's truth depends on besides the value, all operators taken together. */
export const dependenceOf = <Table extends OperatorTable>(
  table: Table,
  fields: ComparisonBy<Table>,
  ofInstants = false,
): Required<Dependence> =>
  together(
    partsOf(table, fields).map(([operator, operand]) => operator.depends?.(operand, ofInstants) ?? {}),
  );

/** What the truth of some comparisons depends on besides the values. */
export const dependenceOfAll = <Table extends OperatorTable>(
  table: Table,
  comparisons: readonly ComparisonBy<Table>[],
): Required<Dependence> => together(comparisons.map((comparison) => dependenceOf(table, comparison)));

const together = (all: readonly Dependence[]): Required<Dependence> => ({
  onTime: all.some(({ onTime }) => onTime === true),
  onTraits: [...new Set(all.flatMap(({ onTraits }) => onTraits ?? []))],
  beside: [...new Set(all.flatMap(({ beside }) => beside ?? []))],
});

/** An instant after `now` before which time alone does not change whether a value passes. */
export function turnOf<Table extends OperatorTable>(table: Table, fields: ComparisonBy<Table>): Turn {
  const turns = partsOf(table, fields).flatMap(([operator, operand]) => operator.turns?.(operand) ?? []);
  return (value, context) => earliest(turns.map((turn) => turn(value, context)));
}

/** Where the truth of a comparison changes, as `edges` of its operators have it; undefined where one cannot tell. */
export function edgesOf<Table extends OperatorTable>(
  table: Table,
  fields: ComparisonBy<Table>,
): readonly Json[] | undefined {
  const all = partsOf(table, fields).map(([operator, operand]) => operator.edges?.(operand));
  return all.includes(undefined) ? undefined : all.flatMap((edges) => edges!);
}

/** How many comparisons one value is reckoned to take. */
export const stepsFor = <Table extends OperatorTable>(table: Table, fields: ComparisonBy<Table>): number =>
  partsOf(table, fields).reduce((sum, [operator, operand]) => sum + (operator.steps?.(operand) ?? 1), 0);
