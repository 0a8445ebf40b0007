import { toIso, type JsonObject } from '@entente/kernel';
import { dependenceOf, othersThan, passes, readOperators, testOf, turnOf } from '../comparisons/comparison';
import type { Comparison } from '../comparisons/comparison';
import { isAhead } from '../comparisons/check-instant';
import { operatorSchemas } from '../schema/operator-schemas';
import { path as pathSchema, refTo } from '../schema/schema';
import { operatorNames, operators } from '../comparisons/registry';
import { contextOf } from '../context';
import { CREATED } from '../created';
import { namesOf } from '../event-names';
import type { Facts } from '../facts';
import { below, quote, type Findings } from '../findings';
import { parsePath } from '../parse-path';
import { stepsOf, valueAt } from '../read';
import { earliest } from '../sooner';
import { zoneTrait } from '../time-zone';
import { parseWindow, spanOf, type Window } from '../window';
import { compileChange, feedsOf, holdsChange, lastChange } from './change';
import type { ConditionKind } from './kind';

/** `{ "trait": "address.city", "in": ["Lyon", "Lille"] }`: the operators stand beside the path. */
export type TraitCondition = { readonly trait: string; readonly changedWithin?: Window } & Comparison;

export const trait: ConditionKind<TraitCondition> = {
  fields: ['trait', 'changedWithin', ...operatorNames],
  schemas: { trait: pathSchema, changedWithin: refTo('Window'), ...operatorSchemas(operators) },

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const { trait: named, changedWithin } = fields;
    parsePath(named, 'trait', below(path, 'trait'), findings);
    const changes = changedWithin !== undefined;
    const window = changes && parseWindow(changedWithin, below(path, 'changedWithin'), findings);
    const compares = !changes || operatorNames.some((name) => Object.hasOwn(fields, name));
    const comparison = compares ? readOperators(fields, path, findings) : {};
    if (findings.problems.length > before || !comparison) return undefined;
    if (dependenceOf(comparison).beside.length > 0)
      return findings.add(
        path,
        'property',
        'A trait has no properties beside it.',
        '{ "trait": "…" } to compare with another trait',
      );
    const condition = { trait: named as string, ...(window && { changedWithin: window }), ...comparison };
    return stepsOf(condition.trait)[0] === CREATED ? checkCreated(condition, path, findings) : condition;
  },

  names(condition) {
    const { trait: path, changedWithin } = condition;
    const zone = changedWithin !== undefined && spanOf(changedWithin).byZone ? [zoneTrait] : [];
    return {
      traits: [...new Set([stepsOf(path)[0]!, ...dependenceOf(condition).onTraits, ...zone])],
      ...(changedWithin !== undefined && { events: feedsOf(path).flatMap(({ event }) => namesOf(event)) }),
    };
  },

  holds(condition, facts, now) {
    const { trait: path, changedWithin } = condition;
    const context = contextOf(facts, now);
    return (
      passes(condition, valueAt(facts.traits, stepsOf(path)), context) &&
      (changedWithin === undefined || holdsChange(path, changedWithin, facts, context))
    );
  },

  because(condition, facts, now) {
    const { trait: path, changedWithin } = condition;
    const change = changedWithin === undefined ? undefined : lastChange(path, facts, now);
    return {
      found: valueAt(facts.traits, stepsOf(path)) ?? null,
      ...comparedWith(condition, facts),
      ...(changedWithin !== undefined && { changed: change === undefined ? null : toIso(change) }),
    };
  },

  compile(condition, needs) {
    const { trait: path, changedWithin } = condition;
    const steps = stepsOf(path);
    const test = testOf(condition);
    const turn = dependenceOf(condition).onTime ? turnOf(condition) : undefined;
    const change = changedWithin === undefined ? undefined : compileChange(path, changedWithin, needs);
    return {
      ...(path === CREATED && { personal: true }),
      holds: (moment) => test(valueAt(moment.traits, steps), moment) && (change?.holds(moment) ?? true),
      ...((turn || change) && {
        changesAt: (moment) =>
          earliest([turn?.(valueAt(moment.traits, steps), moment), change?.changesAt(moment)]),
      }),
    };
  },
};

/** The other traits that the comparison read. */
function comparedWith(condition: TraitCondition, { traits }: Facts): JsonObject {
  const others = dependenceOf(condition).onTraits.map((name) => [name, valueAt(traits, [name]) ?? null]);
  return others.length > 0 ? { with: Object.fromEntries(others) as JsonObject } : {};
}

/** When somebody was created is a date that never changes and has come. */
function checkCreated(
  condition: TraitCondition,
  path: string,
  findings: Findings,
): TraitCondition | undefined {
  const { trait: named, changedWithin, ...comparison } = condition;
  if (named !== CREATED)
    return findings.add(
      below(path, 'trait'),
      'path',
      `"${CREATED}" has nothing below it.`,
      `"${CREATED}" alone`,
    );
  const others = [
    ...(changedWithin ? ['changedWithin'] : []),
    ...othersThan('date', comparison as Comparison),
  ];
  const message = `When somebody was created is a date: ${others.map(quote).join(' and ')} cannot compare it so.`;
  if (others.length > 0) return findings.add(path, 'instant', message, expectedOfCreated);
  return isAhead(comparison as Comparison)
    ? findings.mistake(
        condition,
        path,
        'instant',
        'Nobody is created who is still to come.',
        expectedOfCreated,
      )
    : condition;
}

const expectedOfCreated =
  'operators that compare dates which have come, such as { "withinLast": "P7D" } or { "before": "2027-01-01" }';
