import { IDENTIFIED } from '@entente/event';
import { canonicalJson, type Instant } from '@entente/kernel';
import { COMPANY, COMPANY_CHANGED, isLaterPlace, tellingPlace, type TellingPlace } from '@entente/profile';
import type { Context } from '../comparisons/operator';
import { inEventOrder, type Facts, type HistoryEvent } from '../facts';
import { changed, changedAt } from '../memories/changed';
import type { Feed } from '../memories/memory';
import { stepsOf, valueAt } from '../read';
import { spanOf, type Window } from '../window';
import type { Moment, Needs, Tracked } from './kind';

/**
 * When the trait at a path last changed, by `now`: when it was set to another value than the one set before, whoever set it.
 * Setting it for the first time is a change, and so is taking it back (null). What Entente tells of the contact's company sets
 * `company`, and nothing else does from then on; of what it tells, what holds does, whenever it was told.
 */
export function lastChange(path: string, { history }: Facts, now: Instant): Instant | undefined {
  const steps = stepsOf(path);
  const feeds = feedsOf(path);
  const settings = history.filter((event) => event.at <= now && feeds.some((feed) => isOf(event, feed)));
  let value = canonicalJson(null);
  let last: Instant | undefined;
  let told: TellingPlace | undefined;
  for (const event of settings.sort(inEventOrder)) {
    const place = event.identify ? undefined : tellingPlace(event.properties);
    if (told && !(place && isLaterPlace(place, told))) continue;
    told = place;
    const next = canonicalJson(valueAt(event.properties, steps));
    if (next !== value) last = event.at;
    value = next;
  }
  return last;
}

/** The events that set the trait at a path: first identify calls; of a company's also what Entente tells of it. */
export function feedsOf(path: string): readonly Feed[] {
  const [name] = stepsOf(path);
  const said = { event: IDENTIFIED, identify: true, has: name! } as const;
  return name === COMPANY ? [said, { event: COMPANY_CHANGED, own: true }] : [said];
}

const isOf = ({ name, own, identify, properties }: HistoryEvent, feed: Feed): boolean =>
  name === feed.event &&
  (feed.own ? own === true : identify === true && Object.hasOwn(properties, feed.has!));

/** Whether the trait at a path changed within a window that ends now. */
export function holdsChange(path: string, window: Window, facts: Facts, { now, zone }: Context): boolean {
  const last = lastChange(path, facts, now);
  return last !== undefined && last > spanOf(window).opensAfter(now, zone);
}

/** `holdsChange` without the history. */
export function compileChange(
  path: string,
  window: Window,
  needs: Needs,
): Required<Pick<Tracked, 'holds' | 'changesAt'>> {
  const span = spanOf(window);
  const memory = needs.memory({ kind: changed, feeds: feedsOf(path), options: path, size: 0 });
  const leaves = ({ state, zone }: Moment): Instant | undefined => {
    const last = changedAt(memory.in(state));
    return last === undefined ? undefined : span.leavesAt(last, zone);
  };
  return {
    holds: (moment) => (leaves(moment) ?? -Infinity) > moment.now,
    changesAt(moment) {
      const at = leaves(moment);
      return at !== undefined && at > moment.now ? at : undefined;
    },
  };
}
