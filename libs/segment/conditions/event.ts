import { toIso, type Instant, type JsonObject } from '@entente/kernel';
import { bounds } from '../bounds';
import { parseCount, passesNumber, settlesAt, truthsOf } from '../comparisons/count';
import type { Comparison } from '../comparisons/comparison';
import { parseFilter, passesFilter, splitFilter, type Filter } from '../comparisons/filter';
import type { Facts, HistoryEvent } from '../facts';
import { contextOf } from '../context';
import { below } from '../findings';
import { isText } from '../read';
import { zoneTrait } from '../time-zone';
import { parseWindow, spanOf, type Span, type Window } from '../window';
import { countWithin, latest, latestOf, totalOf } from '../memories/latest';
import type { ConditionKind, Moment, Tracked } from './kind';

/** How often events of one name that pass one filter happened: within a window that ends now, or ever. */
export interface EventCondition {
  readonly event: string;
  /** Only what Entente itself tells; no author writes this. */
  readonly own?: true;
  readonly where?: Filter;
  readonly within?: Window;
  readonly count: Comparison;
}

const EVENTS_SHOWN = 10;
const AT_LEAST_ONCE: Comparison = { gte: 1 };

export const event: ConditionKind<EventCondition> = {
  fields: ['event', 'where', 'within', 'count'],

  parse(fields, path, findings) {
    const before = findings.problems.length;
    const { event: name, where, within, count } = fields;
    if (!isText(name))
      findings.add(
        below(path, 'event'),
        'name',
        'That names no event.',
        `a text of up to ${bounds.text} characters`,
      );
    const highest = within === undefined ? bounds.countEver : bounds.countWithin;
    const parsed = {
      event: name as string,
      ...(where !== undefined && { where: parseFilter(where, below(path, 'where'), findings) }),
      ...(within !== undefined && { within: parseWindow(within, below(path, 'within'), findings) }),
      count: count === undefined ? AT_LEAST_ONCE : parseCount(count, below(path, 'count'), highest, findings),
    };
    return findings.problems.length > before ? undefined : (parsed as EventCondition);
  },

  names: ({ event: name, within }) => ({
    events: [name],
    traits: within !== undefined && spanOf(within).byCalendar ? [zoneTrait] : [],
  }),

  holds: (condition, facts, now) => passesNumber(condition.count, eventsOf(condition, facts, now).length),

  because(condition, facts, now) {
    const events = eventsOf(condition, facts, now).sort(newestFirst);
    const shown = events.slice(0, EVENTS_SHOWN).map(({ id, at }) => ({ id, at: toIso(at) }));
    return { count: events.length, events: shown } as JsonObject;
  },

  compile(condition, needs) {
    const { event: name, own, where, within, count } = condition;
    const { fixed } = splitFilter(where);
    const asked = {
      kind: latest,
      feeds: [{ event: name, ...(own && { own }), ...(fixed && { where: fixed }) }],
      options: null,
    };
    if (within === undefined) {
      const memory = needs.memory({ ...asked, size: 0 });
      return { holds: ({ state }) => passesNumber(count, totalOf(memory.in(state))) };
    }
    const memory = needs.memory({ ...asked, size: settlesAt(count) });
    return countOver(spanOf(within), truthsOf(count), ({ state }) => latestOf(memory.in(state)));
  },
};

/** The events that the condition counts at `now`: an event is inside its window at its own instant, outside at `within` after it. */
function eventsOf(condition: EventCondition, facts: Facts, now: Instant): HistoryEvent[] {
  const context = contextOf(facts, now);
  const after =
    condition.within === undefined ? -Infinity : spanOf(condition.within).opensAfter(now, context.zone);
  return facts.history.filter(
    ({ name, own, at, properties }) =>
      name === condition.event &&
      (condition.own !== true || own === true) &&
      at > after &&
      at <= now &&
      passesFilter(condition.where, properties, context),
  );
}

const newestFirst = (a: HistoryEvent, b: HistoryEvent): number => b.at - a.at || (a.id < b.id ? 1 : -1);

/**
 * A count within a window, from the latest instants (newest first). `truths` says which counts pass; it is as long as
 * the instants kept, so a count beyond them has the last truth. As time goes on the count falls one instant at a time,
 * the oldest first: the truth changes when the first count is reached whose truth differs.
 */
function countOver(
  span: Span,
  truths: readonly boolean[],
  instants: (moment: Moment) => readonly Instant[],
): Tracked {
  const most = truths.length - 1;
  const leaveTogether = (kept: readonly Instant[], place: number, { zone }: Moment): boolean =>
    place > 0 && span.leavesAt(kept[place - 1]!, zone) === span.leavesAt(kept[place]!, zone);
  const countAt = (moment: Moment): number =>
    Math.min(most, countWithin(instants(moment), span.opensAfter(moment.now, moment.zone)));
  return {
    holds: (moment) => truths[countAt(moment)]!,
    changesAt(moment) {
      const kept = instants(moment);
      const count = countAt(moment);
      for (let left = count - 1; left >= 0; left--)
        if (truths[left] !== truths[count] && !leaveTogether(kept, left, moment))
          return span.leavesAt(kept[left]!, moment.zone);
      return undefined;
    },
  };
}
