import { parseDuration, type Duration } from '@entente/kernel';
import { seriesOf, type Named } from '../behavior/named';
import type { Series } from '../behavior/seen';
import type { Step } from './parse-steps';

/** How one step follows another: at most `gap` after it, and with nothing of the feed `without` in between. */
export type Link = { readonly gap: Duration | null; readonly without: number | null };

/** A sequence as places among its feeds: the first of them are the steps. `links` has those from the second step on. */
export type Plan = { readonly links: readonly Link[]; readonly overall: Duration | null };

/** The events that a sequence looks at: those of each step, then those that must not come in between. */
export function feedsOf(steps: readonly Step[]): readonly Series[] {
  const excluded = steps.flatMap(({ without }) => (without ? [without] : []));
  return [...steps, ...excluded].map(seriesAlone);
}

/** Without what a step says besides: it tells one memory from another. */
function seriesAlone(named: Named): Series {
  const { event, own, where } = seriesOf(named);
  return { event, ...(own && { own }), ...(where && { where }) };
}

export function planOf(steps: readonly Step[], overall: string | undefined): Plan {
  let excluded = steps.length;
  const links = steps.slice(1).map(({ within, without }) => ({
    gap: durationOf(within),
    without: without ? excluded++ : null,
  }));
  return { links, overall: durationOf(overall) };
}

const durationOf = (text: string | undefined): Duration | null =>
  text === undefined ? null : parseDuration(text)!;
