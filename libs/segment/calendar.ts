import { Temporal } from 'temporal-polyfill';
import { DAY, type Instant } from '@entente/kernel';

/** A day of the calendar, by its number: 1970-01-01 is 0. */
export type Day = number;

/** A length in calendar terms, all parts of it 0 or more. */
export interface CalendarLength {
  readonly years: number;
  readonly months: number;
  readonly days: number;
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');
const MOST_KNOWN = 20_000;
const starts = new Map<string, Instant>();

/** The first instant of a day in a time zone. Mostly midnight; later where summer time begins at midnight. */
export function startOf(day: Day, zone: string): Instant {
  const key = `${day} ${zone}`;
  let start = starts.get(key);
  if (start === undefined) {
    start = dateOf(day).toZonedDateTime(zone).epochMilliseconds;
    if (starts.size >= MOST_KNOWN) starts.clear();
    starts.set(key, start);
  }
  return start;
}

/** The day that an instant is in, in a time zone. */
export function dayOf(instant: Instant, zone: string): Day {
  let day = Math.floor(instant / DAY);
  while (startOf(day, zone) > instant) day -= 1;
  while (startOf(day + 1, zone) <= instant) day += 1;
  return day;
}

/** The day that many years, months and days later; in a shorter month its last day. */
export const later = (day: Day, { years, months, days }: CalendarLength): Day =>
  numberOf(dateOf(day).add({ years, months, days }));

/** The day that many years, months and days earlier; in a shorter month its last day. Earlier days give no later ones. */
export const earlier = (day: Day, { years, months, days }: CalendarLength): Day =>
  numberOf(dateOf(day).subtract({ years, months, days }));

export const dateOf = (day: Day): Temporal.PlainDate => EPOCH.add({ days: day });

export const numberOf = (date: Temporal.PlainDate): Day => EPOCH.until(date, { largestUnit: 'days' }).days;
