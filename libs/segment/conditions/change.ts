import { IDENTIFIED } from '@entente/event';
import { canonicalJson, type Instant } from '@entente/kernel';
import type { Context } from '../comparisons/operator';
import { inEventOrder, type Facts } from '../facts';
import { changed, changedAt } from '../memories/changed';
import { stepsOf, valueAt } from '../read';
import { spanOf, type Window } from '../window';
import type { Moment, Needs, Tracked } from './kind';

/**
 * When the trait at a path last changed, by `now`: when it was set to another value than the one set before, whoever set it.
 * Setting it for the first time is a change, and so is taking it back (null).
 */
export function lastChange(path: string, { history }: Facts, now: Instant): Instant | undefined {
  const steps = stepsOf(path);
  const settings = history.filter(
    ({ identify, at, properties }) => identify === true && at <= now && Object.hasOwn(properties, steps[0]!),
  );
  let value = canonicalJson(null);
  let last: Instant | undefined;
  for (const { at, properties } of settings.sort(inEventOrder)) {
    const next = canonicalJson(valueAt(properties, steps));
    if (next !== value) last = at;
    value = next;
  }
  return last;
}

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
  const feeds = [{ event: IDENTIFIED, identify: true, has: stepsOf(path)[0]! } as const];
  const memory = needs.memory({ kind: changed, feeds, options: path, size: 0 });
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
