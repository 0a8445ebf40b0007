import { toIso, type JsonObject } from '@entente/kernel';
import { refuseSeveral } from '../behavior/parse-period';
import { checkInstant } from '../comparisons/check-instant';
import {
  dependenceOf,
  dependenceOfInstants,
  passes,
  readOperators,
  testOf,
  turnOf,
  type Comparison,
} from '../comparisons/comparison';
import { operatorSchemas } from '../schema/operator-schemas';
import { path as pathSchema, refTo } from '../schema/schema';
import { operatorNames, operators } from '../comparisons/registry';
import { contextOf } from '../context';
import { CREATED } from '../created';
import { namesOf } from '../event-names';
import type { Facts } from '../facts';
import { below, type Findings } from '../findings';
import { parsePath } from '../parse-path';
import { stepsOf, valueAt } from '../read';
import { earliest } from '../sooner';
import { compileChange, feedsOf, holdsChange, lastChange, parseChange } from './change';
import type { ConditionKind } from './kind';

/** `{ "trait": "address.city", "in": ["Lyon", "Lille"] }`: the operators stand beside the path. `changed` compares when it last became another. */
export type TraitCondition = { readonly trait: string; readonly changed?: Comparison } & Comparison;

const changes = ['changed', 'changedWithin'] as const;

export const trait: ConditionKind<TraitCondition> = {
  fields: ['trait', ...changes, ...operatorNames],
  schemas: {
    trait: pathSchema,
    changed: {
      description: 'When it last became another: operators that compare dates.',
      ...refTo('Comparison'),
    },
    changedWithin: { description: 'Short for `changed` with `withinLast`.', ...refTo('Window') },
    ...operatorSchemas(operators),
  },

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const { trait: named } = fields;
    parsePath(named, 'trait', below(path, 'trait'), findings);
    refuseSeveral(fields, changes, path, findings);
    const changed = parseChange(fields, path, findings);
    const asksOfChange = changes.some((name) => fields[name] !== undefined);
    const compares = !asksOfChange || operatorNames.some((name) => Object.hasOwn(fields, name));
    const comparison = compares ? readOperators(fields, path, findings) : {};
    if (findings.problems.length > before || !comparison) return undefined;
    if ([comparison, changed ?? {}].some((one) => dependenceOf(one).beside.length > 0))
      return findings.add(
        path,
        'property',
        'A trait has no properties beside it.',
        '{ "trait": "…" } to compare with another trait',
      );
    const condition = { trait: named as string, ...(changed && { changed }), ...comparison };
    return condition.trait === CREATED ? checkCreated(condition, path, findings) : condition;
  },

  names(condition) {
    const { trait: path, changed } = condition;
    return {
      traits: [...new Set([stepsOf(path)[0]!, ...othersRead(condition)])],
      ...(changed && { events: feedsOf(path).flatMap(({ event }) => namesOf(event)) }),
    };
  },

  holds(condition, facts, now) {
    const { trait: path, changed } = condition;
    const context = contextOf(facts, now);
    return (
      passes(condition, valueAt(facts.traits, stepsOf(path)), context) &&
      (!changed || holdsChange(path, changed, facts, context))
    );
  },

  because(condition, facts, now) {
    const { trait: path, changed } = condition;
    const change = changed && lastChange(path, facts, now);
    return {
      found: valueAt(facts.traits, stepsOf(path)) ?? null,
      ...comparedWith(condition, facts),
      ...(changed && { changed: change === undefined ? null : toIso(change) }),
    };
  },

  compile(condition, needs) {
    const { trait: path, changed } = condition;
    const steps = stepsOf(path);
    const test = testOf(condition);
    const turn = dependenceOf(condition).onTime ? turnOf(condition) : undefined;
    const change = changed && compileChange(path, changed, needs);
    return {
      ...(path === CREATED && { personal: true }),
      holds: (moment) => test(valueAt(moment.traits, steps), moment) && (change?.holds(moment) ?? true),
      ...((turn || change?.changesAt) && {
        changesAt: (moment) =>
          earliest([turn?.(valueAt(moment.traits, steps), moment), change?.changesAt?.(moment)]),
      }),
    };
  },
};

/** The top-level names of the other traits that a condition reads. */
const othersRead = (condition: TraitCondition): readonly string[] => [
  ...new Set([
    ...dependenceOf(condition).onTraits,
    ...dependenceOfInstants(condition.changed ?? {}).onTraits,
  ]),
];

function comparedWith(condition: TraitCondition, { traits }: Facts): JsonObject {
  const others = othersRead(condition).map((name) => [name, valueAt(traits, [name]) ?? null]);
  return others.length > 0 ? { with: Object.fromEntries(others) as JsonObject } : {};
}

/** When somebody was created is a date that has come, and no other ever. */
function checkCreated(
  condition: TraitCondition,
  path: string,
  findings: Findings,
): TraitCondition | undefined {
  const { trait: _, changed, ...comparison } = condition;
  if (changed)
    return findings.mistake(
      condition,
      path,
      'instant',
      'When somebody was created never changes.',
      `"${CREATED}" alone`,
    );
  return checkInstant('creation', comparison, path, findings) && condition;
}
