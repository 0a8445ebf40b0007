import fc from 'fast-check';
import { parseInstant, type JsonObject } from '@entente/kernel';
import {
  evaluate,
  explain,
  factsAt,
  forecast,
  wholeRule,
  type Explanation,
  type HistoryEvent,
  type KnownFacts,
  type Rule,
} from '@entente/segment';
import { happenings } from './happenings';
import { rules } from './rules';
import { scales, type Scale } from './scale';

const runs = Math.ceil(Number(process.env.ENTENTE_PROPERTY_RUNS ?? 300) / 3);
const seed = Number(process.env.ENTENTE_PROPERTY_SEED ?? Date.now() % 2 ** 31);

const SEGMENTS = 2;

const nodesOf = (rule: Rule): Rule[] =>
  'all' in rule
    ? [rule, ...rule.all.flatMap(nodesOf)]
    : 'any' in rule
      ? [rule, ...rule.any.flatMap(nodesOf)]
      : 'not' in rule
        ? [rule, ...nodesOf(rule.not)]
        : [rule];

const explainedNodes = (one: Explanation): Explanation[] =>
  'all' in one
    ? [one, ...one.all.flatMap(explainedNodes)]
    : 'any' in one
      ? [one, ...one.any.flatMap(explainedNodes)]
      : 'not' in one
        ? [one, ...explainedNodes(one.not)]
        : [one];

/** What is known at the end of what happened, and when that is. */
const known = (scale: Scale): fc.Arbitrary<{ facts: KnownFacts; now: number }> =>
  happenings(scale).map((steps) => {
    const history: HistoryEvent[] = [];
    let traits: JsonObject = {};
    let now = scale.start;
    for (const one of steps) {
      now += one.after;
      if ('traits' in one) traits = one.traits;
      else
        history.push({
          at: now - one.late,
          id: `${history.length}`,
          name: one.event,
          properties: one.properties,
          ...(one.own && { own: one.own }),
          ...(one.identify && { identify: one.identify }),
        });
    }
    return { facts: { contact: '1', timeZone: scale.timeZone, traits, history }, now };
  });

describe.each(scales)('a forecast, over $name,', (scale) => {
  it('names for every node the first instant at which the definition says otherwise', () => {
    fc.assert(
      fc.property(
        fc.tuple(rules(scale, 0), rules(scale, 1), rules(scale, SEGMENTS)),
        known(scale),
        ([first, second, rule], { facts, now }) => {
          const whole = wholeRule(rule, (segment) => ({ s0: first, s1: second })[segment]);
          const truth = (node: Rule, at: number) => evaluate(node, factsAt(whole, facts, at), at);
          const { changes } = forecast(whole, facts, now);
          const instants = facts.history.flatMap(({ at }) =>
            scale.windows.flatMap(({ length }) => [at + length, at + length + 1]),
          );
          for (const node of nodesOf(rule)) {
            const value = truth(node, now);
            const change = changes.get(node);
            for (const at of instants.filter((one) => one > now && one < (change ?? Infinity)))
              expect(truth(node, at)).toBe(value);
            if (change === undefined) continue;
            expect(change).toBeGreaterThan(now);
            expect(truth(node, change - 1)).toBe(value);
            expect(truth(node, change)).toBe(!value);
          }
          const told = explainedNodes(explain(rule, factsAt(whole, facts, now), now, changes));
          expect(told.map(({ value }) => value)).toEqual(nodesOf(rule).map((node) => truth(node, now)));
          expect(
            told.map(({ changesAt }) => (changesAt === null ? undefined : parseInstant(changesAt))),
          ).toEqual(nodesOf(rule).map((node) => changes.get(node)));
        },
      ),
      { seed, numRuns: runs },
    );
  }, 600_000);
});
