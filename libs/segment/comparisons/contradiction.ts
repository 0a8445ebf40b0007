import { DAY, toIso, type Json } from '@entente/kernel';
import { dateIn, dayIn, ENDS_OF_NUMBERS, instantOf } from './date';
import { NO_CONTEXT, type Test } from './operator';

/**
 * Whether no value passes a test whose truth changes at some values, or right beside them, and nowhere else. A test that compares
 * dates is not judged where days stand beside instants: how these lie to each other is told by the contact's zone.
 */
export function isContradiction(test: Test, edges: readonly Json[], comparesDates: boolean): boolean {
  const dates = edges.map((edge) => dateIn(edge)).filter((date) => date !== undefined);
  const days = dates.filter((date) => 'day' in date);
  if (comparesDates && days.length > 0 && days.length < dates.length) return false;
  const values = [...edges, ...(comparesDates ? dates.flatMap(neighborsOf) : [])];
  const all = [...values, ...(comparesDates ? ENDS_OF_NUMBERS : [])];
  return ![...all, ...besides(all), true, false, undefined].some((value) => test(value, NO_CONTEXT));
}

/** The instant and the one before, as a text and as numbers, and the days around it: before 1900 dates are days only. */
function neighborsOf(date: NonNullable<ReturnType<typeof dateIn>>): readonly Json[] {
  const [at, day] = [instantOf(date, 'UTC'), dayIn(date, 'UTC')];
  const instants = [at, at - 1].flatMap((one) => [toIso(one), one, one / 1_000]);
  return [...instants, ...[day - 1, day, day + 1].map((one) => toIso(one * DAY).slice(0, 10))];
}

/** A number between each two neighbors, and what is beyond all numbers and texts. */
function besides(edges: readonly Json[]): Json[] {
  const numbers = edges.filter((edge) => typeof edge === 'number').sort((a, b) => a - b);
  const between = numbers.slice(1).map((number, place) => (number + numbers[place]!) / 2);
  const longest = edges.filter((edge) => typeof edge === 'string').sort((a, b) => b.length - a.length)[0];
  return [...between, (numbers[0] ?? 0) - 1, (numbers.at(-1) ?? 0) + 1, `${longest ?? ''}+`];
}
