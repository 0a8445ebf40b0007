import { toIso, type JsonObject } from '@entente/kernel';
import { periodSchemas } from '../behavior/behavior-schemas';
import { parsePeriod, periodNames, refuseSeveral } from '../behavior/parse-period';
import { periodOf } from '../behavior/period';
import { tellersIn } from '../behavior/own';
import { contextIn, traitsIn } from '../behavior/scope';
import { namesOf } from '../event-names';
import { below, type Findings } from '../findings';
import { compileSequence } from '../sequence/compile';
import { judge, type Sequence } from '../sequence/judge';
import { limitSchema, parseLimit, parseSteps, stepsIn, stepsSchema } from '../sequence/parse-steps';
import { feedsOf } from '../sequence/plan';
import { zoneTrait } from '../time-zone';
import type { ConditionKind } from './kind';

/**
 * Events one after the other, and in the end what did not follow: `{ "sequence": [{ "event": "A" }, { "event": "B", "within": "P1D" }] }`,
 * `{ "sequence": [{ "event": "A" }, { "not": { "event": "B" }, "within": "PT1H" }] }`.
 */
export type SequenceCondition = Sequence;

export const sequence: ConditionKind<SequenceCondition> = {
  fields: ['sequence', 'overall', ...periodNames],
  schemas: { sequence: stepsSchema, overall: limitSchema, ...periodSchemas },

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const { sequence: raw, overall } = fields;
    refuseSeveral(fields, periodNames, path, findings);
    const parsed = {
      sequence: parseSteps(raw, below(path, 'sequence'), findings),
      ...(overall !== undefined && { overall: parseLimit(overall, below(path, 'overall'), findings) }),
      ...parsePeriod(fields, path, findings),
    };
    if (findings.problems.length > before) return undefined;
    return refuseOverall(parsed as SequenceCondition, path, findings);
  },

  names(condition) {
    const feeds = feedsOf(condition.sequence);
    const zone = periodOf(condition).byZone ? [zoneTrait] : [];
    return {
      events: [...new Set(feeds.flatMap(({ event }) => namesOf(event)))],
      traits: [...new Set([...feeds.flatMap(({ where }) => traitsIn(where)), ...zone])],
      context: feeds.flatMap(({ where }) => contextIn(where)),
      tellers: tellersIn(feeds),
    };
  },

  holds: (condition, facts, now) => judge(condition, facts, now).holds,

  because(condition, facts, now) {
    const { chain, steps } = judge(condition, facts, now);
    return {
      steps,
      events: chain.map(({ id, at }) => ({ id, at: toIso(at) })),
    } as unknown as JsonObject;
  },

  compile: compileSequence,
};

/** From the first event to the last it takes no time where these are one. */
function refuseOverall(
  condition: SequenceCondition,
  path: string,
  findings: Findings,
): SequenceCondition | undefined {
  if (condition.overall === undefined || stepsIn(condition.sequence).length > 1) return condition;
  return findings.mistake(
    condition,
    below(path, 'overall'),
    'constant',
    'This is how long it takes from the first event to the last, and there is only one.',
    'a sequence of at least two steps besides that which must not happen',
  );
}
