import { IDENTIFIED } from '@entente/event';
import { canonicalJson, type Instant, type Json } from '@entente/kernel';
import { COMPANY, COMPANY_CHANGED, isLaterPlace, tellingPlace, type TellingPlace } from '@entente/profile';
import { checkInstant } from '../comparisons/check-instant';
import {
  dependenceOfInstants,
  parseComparison,
  passes,
  testOf,
  turnOf,
  type Comparison,
} from '../comparisons/comparison';
import { valueOfInstant } from '../comparisons/date';
import type { Context } from '../comparisons/operator';
import { inEventOrder, type Facts, type HistoryEvent } from '../facts';
import { below, type Findings } from '../findings';
import { changed, changedAt } from '../memories/changed';
import type { Feed } from '../memories/memory';
import { stepsOf, valueAt } from '../read';
import { parseWindow } from '../window';
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

/** Whether the instant of the last change of the trait at a path passes; where it never changed there is none. */
export function holdsChange(path: string, comparison: Comparison, facts: Facts, context: Context): boolean {
  return passes(comparison, dateOf(lastChange(path, facts, context.now)), context);
}

/** `holdsChange` without the history. */
export function compileChange(
  path: string,
  comparison: Comparison,
  needs: Needs,
): Pick<Tracked, 'holds' | 'changesAt'> {
  const memory = needs.memory({ kind: changed, feeds: feedsOf(path), options: path, size: 0 });
  const lastIn = ({ state }: Moment): Json | undefined => dateOf(changedAt(memory.in(state)));
  const test = testOf(comparison);
  const turn = turnOf(comparison);
  return {
    holds: (moment) => test(lastIn(moment), moment),
    ...(dependenceOfInstants(comparison).onTime && {
      changesAt: (moment: Moment) => turn(lastIn(moment), moment),
    }),
  };
}

const dateOf = (last: Instant | undefined): Json | undefined =>
  last === undefined ? undefined : valueOfInstant(last);

/** What a condition says of the last change of its trait; `changedWithin` is short for one within the last so and so long. */
export function parseChange(
  { changed: asked, changedWithin }: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): Comparison | undefined {
  if (changedWithin !== undefined) {
    const withinLast = parseWindow(changedWithin, below(path, 'changedWithin'), findings);
    return withinLast === undefined ? undefined : { withinLast };
  }
  if (asked === undefined) return undefined;
  const at = below(path, 'changed');
  const comparison = parseComparison(asked, at, findings);
  return comparison && checkInstant('change', comparison, at, findings);
}
