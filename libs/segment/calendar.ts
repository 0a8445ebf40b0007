import { Temporal } from 'temporal-polyfill';
import { DAY, HOUR, type Instant } from '@entente/kernel';

/** A day of the calendar, by its number: 1970-01-01 is 0. */
export type Day = number;

/** In the order of ISO 8601. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A length in calendar terms, all parts of it 0 or more. */
export interface CalendarLength {
  readonly years: number;
  readonly months: number;
  readonly days: number;
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');
const MOST_KNOWN = 20_000;
/** By time zone and day. */
const starts = new Map<string, Map<Day, Instant>>();
let known = 0;

/** The first instant of a day in a time zone. Mostly midnight; later where summer time begins at midnight. */
export function startOf(day: Day, zone: string): Instant {
  if (zone === 'UTC') return day * DAY;
  let ofZone = starts.get(zone);
  const start = ofZone?.get(day);
  if (start !== undefined) return start;
  if (known >= MOST_KNOWN) {
    starts.clear();
    known = 0;
    ofZone = undefined;
  }
  if (!ofZone) starts.set(zone, (ofZone = new Map()));
  const found = EPOCH.add({ days: day }).toZonedDateTime(zone).epochMilliseconds;
  ofZone.set(day, found);
  known += 1;
  return found;
}

/** The day that an instant is in, in a time zone. */
export function dayOf(instant: Instant, zone: string): Day {
  let day = Math.floor(instant / DAY);
  while (startOf(day, zone) > instant) day -= 1;
  while (startOf(day + 1, zone) <= instant) day += 1;
  return day;
}

/** The hour that clocks show at an instant in a time zone, from 0 to 23. */
export function hourOf(instant: Instant, zone: string): number {
  const day = dayOf(instant, zone);
  const start = startOf(day, zone);
  if (startOf(day + 1, zone) - start === DAY) return Math.floor((instant - start) / HOUR);
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).hour;
}

/** The day that many years, months and days later; in a shorter month its last day. Earlier days give no later ones. */
export const later = (day: Day, length: CalendarLength): Day => moved(day, length, 1);

/** The day that many years, months and days earlier; in a shorter month its last day. Earlier days give no later ones. */
export const earlier = (day: Day, length: CalendarLength): Day => moved(day, length, -1);

function moved(day: Day, { years, months, days }: CalendarLength, sign: 1 | -1): Day {
  const date = dateOf(day);
  const month = date.getUTCMonth() + sign * (years * 12 + months);
  return dayOfMonth(date.getUTCFullYear(), month, date.getUTCDate()) + sign * days;
}

/** A day of a month, months counted from 0 and on into other years; in a shorter month its last day. */
export function dayOfMonth(year: number, month: number, date: number): Day {
  const last = Date.UTC(year, month + 1, 0);
  return Math.min(Date.UTC(year, month, date), last) / DAY;
}

/** A day as the date that UTC shows at its midnight. */
export const dateOf = (day: Day): Date => new Date(day * DAY);
