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
  const values = [...edges, ...(comparesDates ? dates.flatMap((date) => neighborsOf(date, UTC)) : [])];
  const all = [...values, ...(comparesDates ? ENDS_OF_NUMBERS : [])];
  const candidates = [...all, ...besides(all), true, false, undefined];
  const passesIn = (zone: string, some: readonly (Json | undefined)[]): boolean =>
    some.some((value) => test(value, { ...NO_CONTEXT, zone }));
  if (passesIn(UTC, candidates)) return false;
  if (!comparesDates || days.length === 0) return true;
  return !ODD_ZONES.some(({ zone, around }) => {
    const near = dates.filter((date) => around.some((at) => Math.abs(instantOf(date, UTC) - at) < NEAR));
    if (near.length === 0) return false;
    return passesIn(zone, [...candidates, ...near.flatMap((date) => neighborsOf(date, zone))]);
  });
}

const UTC = 'UTC';
const NEAR = 3 * DAY;
/** Where numbers begin and cease to be dates, which is in the middle of a day somewhere. */
const ENDS = ENDS_OF_NUMBERS.map((number) => instantOf(dateIn(number) ?? dateIn(number - 1)!, UTC));
/** Those furthest from UTC; and of those that left out a day, which then began when the next did, one for each such day. */
const ODD_ZONES = [
  { zone: 'Etc/GMT+12', around: ENDS },
  { zone: 'Etc/GMT-14', around: ENDS },
  { zone: 'Asia/Manila', around: [Date.UTC(1844, 11, 31)] },
  { zone: 'Pacific/Kwajalein', around: [Date.UTC(1993, 7, 21)] },
  { zone: 'Pacific/Kiritimati', around: [Date.UTC(1994, 11, 31)] },
  { zone: 'Pacific/Apia', around: [Date.UTC(2011, 11, 30)] },
];

/** The instant and the one before, as a text and as numbers, and the days around it: before 1900 dates are days only. */
function neighborsOf(date: NonNullable<ReturnType<typeof dateIn>>, zone: string): readonly Json[] {
  const [at, day] = [instantOf(date, zone), dayIn(date, zone)];
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
