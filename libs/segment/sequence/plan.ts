import { parseDuration, type Duration } from '@entente/kernel';
import { seriesOf, type Named } from '../behavior/named';
import type { Series } from '../behavior/seen';
import { absentIn, stepsIn, type Part } from './parse-steps';

/** How one step follows another: at most `gap` and at least `least` after it, and with nothing of the feed `without` in between. */
export type Link = {
  readonly gap: Duration | null;
  readonly least?: Duration;
  readonly without: number | null;
};

/** What must not come after the last step: anything of the feed, at most `gap` after it. */
export type Absence = { readonly gap: Duration; readonly feed: number };

/** A sequence as places among its feeds: the first of them are the steps. `links` has those from the second step on. */
export type Plan = {
  readonly links: readonly Link[];
  readonly overall: Duration | null;
  readonly absence?: Absence;
};

/** The events that a sequence looks at: those of each step, those that must not come in between, and those that must not follow. */
export function feedsOf(parts: readonly Part[]): readonly Series[] {
  const steps = stepsIn(parts);
  const excluded = steps.flatMap(({ without }) => (without ? [without] : []));
  const absent = absentIn(parts);
  return [...steps, ...excluded, ...(absent ? [absent.not] : [])].map(seriesAlone);
}

/** Without what a step says besides: it tells one memory from another. */
function seriesAlone(named: Named): Series {
  const { event, own, where } = seriesOf(named);
  return { event, ...(own && { own }), ...(where && { where }) };
}

export function planOf(parts: readonly Part[], overall: string | undefined): Plan {
  const steps = stepsIn(parts);
  let next = steps.length;
  const links = steps.slice(1).map(({ within, after, without }) => ({
    gap: durationOf(within),
    ...(after !== undefined && { least: parseDuration(after)! }),
    without: without ? next++ : null,
  }));
  const absent = absentIn(parts);
  return {
    links,
    overall: durationOf(overall),
    ...(absent && { absence: { gap: parseDuration(absent.within)!, feed: next } }),
  };
}

/** How long after its last event a chain is completed: the moment after the last at which something may still follow it. */
export const waitOf = ({ absence }: Plan): Duration => (absence ? absence.gap + 1 : 0);

const durationOf = (text: string | undefined): Duration | null =>
  text === undefined ? null : parseDuration(text)!;
