import { toIso, type JsonObject } from '@entente/kernel';
import { askedOf, howOftenFields, parseHowOften, sinceOf, type Behavior } from '../behavior/behavior';
import { howOftenSchemas } from '../behavior/behavior-schemas';
import { compileBehavior } from '../behavior/compile/compile';
import { judge } from '../behavior/judge';
import { measureOf } from '../behavior/measures/registry';
import { parseSeries, seriesFields, seriesSchemas, takesIn } from '../behavior/named';
import { referencesOf } from '../behavior/own';
import { contextPathsOf, traitsOf } from '../behavior/scope';
import { contextOf } from '../context';
import { namesOf } from '../event-names';
import { below } from '../findings';
import type { ConditionKind } from './kind';

/** What somebody did: events of some names that pass one filter, in a period, measured. */
export type EventCondition = Behavior;

const EVENTS_SHOWN = 10;

export const event: ConditionKind<EventCondition> = {
  fields: [...seriesFields, ...howOftenFields],
  schemas: { ...seriesSchemas, ...howOftenSchemas },

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const series = parseSeries(fields, path, findings);
    const howOften = parseHowOften(fields, path, findings);
    if (findings.problems.length > before || !series) return undefined;
    const condition = { ...series, ...howOften };
    const since = sinceOf(condition);
    return since && takesIn(since, condition)
      ? findings.mistake(
          condition,
          below(path, 'since'),
          'constant',
          'None of these events comes after the last of those, which they are among.',
          'other events',
        )
      : condition;
  },

  names(condition) {
    const series = [condition, sinceOf(condition)].filter((one) => one !== undefined);
    return {
      events: [...new Set(series.flatMap(({ event: names }) => namesOf(names)))],
      traits: traitsOf(condition),
      context: contextPathsOf(condition),
      ...referencesOf(series),
    };
  },

  holds: (condition, facts, now) => judge(condition, facts, now).holds,

  because(condition, facts, now) {
    const { events } = judge(condition, facts, now);
    const { name, asked } = askedOf(condition);
    const found = measureOf(name).found?.(asked, events, contextOf(facts, now));
    const shown = events.slice(-EVENTS_SHOWN).reverse();
    return {
      count: events.length,
      ...(found !== undefined && { [name]: found }),
      events: shown.map(({ id, at }) => ({ id, at: toIso(at) })),
    } as JsonObject;
  },

  compile: compileBehavior,
};
