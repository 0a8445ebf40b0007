import { toIso, type JsonObject } from '@entente/kernel';
import {
  parseBehavior,
  parseName,
  behaviorNames,
  askedOf,
  sinceOf,
  type Behavior,
} from '../behavior/behavior';
import { behaviorSchemas } from '../behavior/behavior-schemas';
import { compileBehavior } from '../behavior/compile/compile';
import { judge } from '../behavior/judge';
import { measureOf } from '../behavior/measures/registry';
import { contextPathsOf, traitsOf } from '../behavior/scope';
import { contextOf } from '../context';
import { below } from '../findings';
import { text } from '../schema/schema';
import type { ConditionKind } from './kind';

/** What somebody did: events of one name that pass one filter, in a period, measured. */
export type EventCondition = Behavior;

const EVENTS_SHOWN = 10;

export const event: ConditionKind<EventCondition> = {
  fields: ['event', ...behaviorNames],
  schemas: { event: text, ...behaviorSchemas },

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const name = parseName(fields['event'], below(path, 'event'), findings);
    const behavior = parseBehavior(fields, path, findings);
    return findings.problems.length > before ? undefined : { event: name!, ...behavior };
  },

  names: (condition) => ({
    events: [...new Set([condition, sinceOf(condition)].flatMap((series) => series?.event ?? []))],
    traits: traitsOf(condition),
    context: contextPathsOf(condition),
  }),

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
