import { isObject } from '@entente/kernel';
import { parseCount } from '../../comparisons/count';
import type { Comparison } from '../../comparisons/comparison';
import { numeric } from '../../comparisons/numeric';
import { parseOperators } from '../../comparisons/operator-table';
import { below, type Findings } from '../../findings';
import { parsePath } from '../../parse-path';
import { NAME } from '../../read';
import { operatorSchemas } from '../../schema/operator-schemas';
import { closed, path as pathSchema } from '../../schema/schema';
import { isConstant } from '../ranked';

/** A property and what its values taken together are compared with: `{ "of": "total", "gt": 100 }`. */
export type Of = { readonly of: string } & Comparison;

export const comparisonIn = ({ of: _, ...comparison }: Of): Comparison => comparison;

export const ofSchema = closed({ of: pathSchema, ...operatorSchemas(numeric) }, ['of']);

const expected = 'a property and a comparison, such as { "of": "total", "gt": 100 }';

export function parseAmounts(raw: unknown, path: string, findings: Findings): Of | undefined {
  const asked = parseOf(raw, path, findings, (rest) => parseNumbers(rest, path, findings));
  if (asked?.of !== NAME) return asked;
  const message = 'The name of an event is a text, and no number.';
  return findings.mistake(asked, below(path, 'of'), 'path', message, 'a property, or "distinct"');
}

export const parseCounts = (
  raw: unknown,
  path: string,
  findings: Findings,
  highest: number,
): Of | undefined => parseOf(raw, path, findings, (rest) => parseCount(rest, path, highest, findings));

function parseOf(
  raw: unknown,
  path: string,
  findings: Findings,
  parse: (rest: object) => Comparison | undefined,
): Of | undefined {
  if (!isObject(raw)) return findings.add(path, 'measure', 'What is measured is not said.', expected);
  const { of, ...rest } = raw;
  const property = parsePath(of, 'measure', below(path, 'of'), findings);
  const comparison = parse(rest);
  return property !== undefined && comparison ? { of: property, ...comparison } : undefined;
}

/** A comparison with numbers of any kind. One that no number passes is a mistake. */
function parseNumbers(raw: object, path: string, findings: Findings): Comparison | undefined {
  const before = findings.problems.length;
  const comparison = parseOperators(numeric, raw, path, findings);
  if (!comparison || findings.problems.length > before) return undefined;
  return isConstant(comparison)
    ? findings.add(path, 'constant', 'That holds for every number, or for none.', expected)
    : comparison;
}
