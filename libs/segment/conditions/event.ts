import { toIso, type JsonObject } from '@entente/kernel';
import { askedOf, howOftenFields, othersOf, parseHowOften, type Behavior } from '../behavior/behavior';
import { howOftenSchemas } from '../behavior/behavior-schemas';
import { checkDistinctNames, checkNamesOfEdge } from '../behavior/check-names';
import { compileBehavior } from '../behavior/compile/compile';
import { judge } from '../behavior/judge';
import { measureOf } from '../behavior/measures/registry';
import { parseSeries, refuseItself, seriesFields, seriesSchemas } from '../behavior/named';
import { checkProperties, checkProperty, tellersIn } from '../behavior/own';
import { lookInto } from '../behavior/own-words';
import { contextPathsOf, measuredIn, traitsOf } from '../behavior/scope';
import type { Seen } from '../behavior/seen';
import { pathsIn } from '../comparisons/filter';
import { comparisonsIn } from '../comparisons/filter-of';
import { contextOf } from '../context';
import { namesOf } from '../event-names';
import { below, type Findings } from '../findings';
import { beforeLists, isThroughLists } from '../through-lists';
import type { ConditionKind } from './kind';

/** What somebody did: events of some names that pass one filter, in a period, measured. */
export type EventCondition = Behavior;

const EVENTS_SHOWN = 10;

/** That what is asked of events of Entente itself, besides which these are, is what it tells. */
function checkAsked(condition: EventCondition, path: string, findings: Findings): void {
  const { name } = askedOf(condition);
  const { of } = measuredIn(condition);
  const filter = condition.first ?? condition.last;
  const at = below(path, name);
  if (of !== undefined) checkProperty(condition.event, beforeLists(of), below(at, 'of'), findings);
  checkProperties(condition.event, pathsIn(filter), at, findings);
  for (const [property, comparison] of comparisonsIn(filter))
    lookInto(condition.event, findings)(property, comparison, below(at, property));
}

/** Events that are there for each item of a list. */
const eachOnce = (events: readonly Seen[]): Seen[] => [
  ...new Map(events.map((one) => [one.id, one])).values(),
];

export const event: ConditionKind<EventCondition> = {
  fields: [...seriesFields, ...howOftenFields],
  schemas: { ...seriesSchemas, ...howOftenSchemas },

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const series = parseSeries(fields, path, findings);
    const howOften = parseHowOften(fields, path, findings);
    if (findings.problems.length > before || !series) return undefined;
    const condition = { ...series, ...howOften };
    if (series.own) checkAsked(condition, path, findings);
    checkNamesOfEdge(series, fields, path, findings);
    checkDistinctNames(series, howOften.distinct, path, findings);
    if (findings.problems.length > before) return undefined;
    return refuseItself(condition, series, path, findings);
  },

  names(condition) {
    const series = [condition, ...othersOf(condition)];
    return {
      events: [...new Set(series.flatMap((one) => namesOf(one.event)))],
      traits: traitsOf(condition),
      context: contextPathsOf(condition),
      tellers: tellersIn(series),
    };
  },

  holds: (condition, facts, now) => judge(condition, facts, now).holds,

  because(condition, facts, now) {
    const { events, others } = judge(condition, facts, now);
    const { name, asked } = askedOf(condition);
    const found = measureOf(name).found?.(asked, events, contextOf(facts, now), others);
    const { of } = measuredIn(condition);
    const all = of !== undefined && isThroughLists(of) ? eachOnce(events) : events;
    const shown = all.slice(-EVENTS_SHOWN).reverse();
    return {
      count: all.length,
      ...(found !== undefined && { [name]: found }),
      events: shown.map(({ id, at }) => ({ id, at: toIso(at) })),
    } as JsonObject;
  },

  compile: compileBehavior,
};
