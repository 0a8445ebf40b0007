import { parseDuration, type Duration } from '@entente/kernel';
import { seriesOf, type Named } from '../behavior/named';
import type { Series } from '../behavior/seen';
import type { Plan } from '../memories/plan';
import { absentIn, stepsIn, type Part } from './parse-steps';

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

const durationOf = (text: string | undefined): Duration | null =>
  text === undefined ? null : parseDuration(text)!;
