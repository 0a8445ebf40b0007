import { DAY, parseInstant, toIso, type Instant, type Json } from '@entente/kernel';
import { dayOf, startOf, type Day } from '../calendar';

/** A date: an instant, or a day whose beginning and end depend on the time zone. */
export type DateValue = { readonly at: Instant } | { readonly day: Day };

const PLAIN = /^([12]\d{3})-(\d{2})-(\d{2})$/;

/** The longest text that names one: an instant with nine decimals and an offset. */
const LONGEST = 35;

/** Conditions read the same texts again and again: what they name, or that it is no date. When there are too many, all are forgotten. */
const dates = new Map<string, DateValue | null>();
const MOST_KNOWN = 20_000;

/** Unix time in seconds and in milliseconds, of which the millisecond is read that it is in: from 1973, up to 2199. Smaller numbers are ages, counts and amounts, and no dates. */
const SECONDS = { from: 1e8, until: Date.UTC(2200, 0, 1) / 1_000 };
const MILLISECONDS = { from: 1e11, until: Date.UTC(2200, 0, 1) };

/** Where numbers begin and cease to be dates. */
export const ENDS_OF_NUMBERS: readonly number[] = [SECONDS, MILLISECONDS].flatMap(({ from, until }) => [
  from,
  until,
]);

/**
 * The date that a value names: an RFC 3339 text, a plain date such as `2026-11-24` of the years 1000 to 2199, or a number that
 * is Unix time.
 */
export function dateIn(value: Json | undefined): DateValue | undefined {
  if (typeof value === 'number') return dateOfNumber(value);
  if (typeof value !== 'string' || value.length > LONGEST) return undefined;
  const known = dates.get(value);
  if (known !== undefined) return known ?? undefined;
  const found = readDate(value);
  if (dates.size >= MOST_KNOWN) dates.clear();
  dates.set(value, found ?? null);
  return found;
}

function dateOfNumber(number: number): DateValue | undefined {
  if (number >= SECONDS.from && number < SECONDS.until)
    return { at: Math.floor(Math.round(number * 1e6) / 1_000) };
  return number >= MILLISECONDS.from && number < MILLISECONDS.until ? { at: Math.floor(number) } : undefined;
}

function readDate(text: string): DateValue | undefined {
  const day = plainDay(text);
  if (day !== undefined) return { day };
  const at = parseInstant(text);
  return at === undefined ? undefined : { at };
}

/** The day that a plain date names; undefined for every other text, and for a day that no calendar has. */
export function plainDay(text: string): Day | undefined {
  const match = PLAIN.exec(text);
  if (!match) return undefined;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const midnight = Date.UTC(year, month - 1, day);
  return year < 2200 && toIso(midnight).startsWith(text) ? midnight / DAY : undefined;
}

/** A value that names an instant: a number where that does, for of texts there are ever more to know. */
export const valueOfInstant = (at: Instant): Json =>
  at >= MILLISECONDS.from && at < MILLISECONDS.until ? at : toIso(at);

/** The instant itself, or the beginning of the day. */
export const instantOf = (date: DateValue, zone: string): Instant =>
  'at' in date ? date.at : startOf(date.day, zone);

/** The day itself, or the one that the instant is in. */
export const dayIn = (date: DateValue, zone: string): Day =>
  'day' in date ? date.day : dayOf(date.at, zone);
