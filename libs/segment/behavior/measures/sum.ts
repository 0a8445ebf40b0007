import { isObject } from '@entente/kernel';
import { compareDecimals, decimalOf, minus, plus, toNumber, ZERO, type Decimal } from '../../decimal';
import type { Comparison } from '../../comparisons/comparison';
import { below, type Findings } from '../../findings';
import { parsePath } from '../../parse-path';
import { beforeLists } from '../../through-lists';
import { numeric } from '../../comparisons/numeric';
import { operatorSchemas } from '../../schema/operator-schemas';
import { anyOf, closed, path as pathSchema, type Schema } from '../../schema/schema';
import { mailSchemas } from '../mail';
import { parseNamed, seriesOf, seriesSchemas, type Named } from '../named';
import { checkProperty } from '../own';
import { rankedTest } from '../ranked';
import type { Seen } from '../seen';
import type { Measure } from './measure';
import { parseAmounts, type Of } from './of';

/** Other events, and the property whose values are taken from a sum: `{ "event": "Order Refunded", "of": "amount" }`. */
export type Less = Named & { readonly of: string };

/** A property whose values are added up, and what the sum is compared with: `{ "of": "total", "less": …, "gte": 500 }`. */
export type Sum = { readonly of: string; readonly less?: Less } & Comparison;

export const sumIn = ({ of: _, less: __, ...comparison }: Sum): Comparison => comparison;

const lessSchema: Schema = {
  description: 'Other events, whose values are taken from the sum.',
  ...anyOf(
    closed({ ...seriesSchemas, of: pathSchema }, ['event']),
    closed({ ...mailSchemas, of: pathSchema }, ['message']),
  ),
};

/** All values together, exactly, less those of other events of the same period; 0 where there is none. */
export const sum: Measure<Sum> = {
  parse: parseSum,
  schema: closed({ of: pathSchema, less: lessSchema, ...operatorSchemas(numeric) }, ['of']),
  takes: 'number',
  of: ({ of }) => of,
  against: ({ less }) => less && { ...seriesOf(less), of: less.of },
  holds(asked, events, _context, others) {
    const passes = rankedTest(sumIn(asked));
    const found = netOf(asked, events, others);
    return passes(({ decimal }) => compareDecimals(found, decimal));
  },
  found: (asked, events, _context, others) => toNumber(netOf(asked, events, others)),
};

const netOf = ({ of, less }: Sum, events: readonly Seen[], others: readonly Seen[]): Decimal =>
  minus(sumOf(of, events), less ? sumOf(less.of, others) : ZERO);

export const sumOf = (property: string, events: readonly Seen[]): Decimal =>
  numbersOf(property, events).map(decimalOf).reduce(plus, ZERO);

export const numbersOf = (property: string, events: readonly Seen[]): number[] =>
  events.map((event) => event.read(property)).filter((value) => typeof value === 'number');

function parseSum(raw: unknown, path: string, findings: Findings): Sum | undefined {
  if (!isObject(raw) || raw['less'] === undefined) return parseAmounts(raw, path, findings);
  const { less, ...rest } = raw;
  const amounts = parseAmounts(rest, path, findings);
  const others = parseLess(less, amounts, below(path, 'less'), findings);
  return amounts && others && ({ ...amounts, less: others } as Sum);
}

/** Without an `of` of their own, it is the property of the same name that is taken. */
function parseLess(
  raw: unknown,
  amounts: Of | undefined,
  path: string,
  findings: Findings,
): Less | undefined {
  const named = parseNamed(raw, path, findings, ['of']);
  const written = isObject(raw) ? raw['of'] : undefined;
  const of = written === undefined ? amounts?.of : parsePath(written, 'measure', below(path, 'of'), findings);
  if (!named || of === undefined) return undefined;
  const { event, own } = seriesOf(named);
  const at = written === undefined ? path : below(path, 'of');
  if (own) checkProperty(event, beforeLists(of), at, findings);
  return { ...named, of };
}
