import { DAY, formatDuration, isObject, parseDuration, type Duration, type Instant } from '@entente/kernel';
import { bounds } from './bounds';
import { dayOf, earlier, later, startOf, type CalendarLength, type Day } from './calendar';
import { below, type Findings } from './findings';
import { parseZone } from './time-zone';

/**
 * How far back something looks: an exact ISO 8601 duration (a day is 86,400 s), or one in calendar terms, which goes back to
 * the beginning of the day so many years, months and days before today, in the contact's time zone or in one that it names.
 */
export type Window = string | CalendarWindow;
type CalendarWindow = { readonly calendar: string; readonly zone?: string };

/** A window taken apart. `zone` is the IANA name of the contact's time zone. */
export interface Span {
  /** The zone by which it goes itself, for whoever goes by the contact's. */
  zoneFor(zone: string): string;
  /** What happened after this instant is inside at `now`. */
  opensAfter(now: Instant, zone: string): Instant;
  /** The first instant at which what happened at `at` is no longer inside. Of two that happened, the later leaves no earlier. */
  leavesAt(at: Instant, zone: string): Instant;
  /** Turned around: the first instant from which what will happen at `at` is no further ahead than the window is long. */
  entersAt(at: Instant, zone: string): Instant;
  /** Whether it goes by the contact's zone. */
  readonly byZone: boolean;
  /** No window of this kind is longer. */
  readonly longest: Duration;
}

const exactly = `an ISO 8601 duration of weeks, days, hours, minutes and seconds, up to ${formatDuration(bounds.window)}, such as "P30D" or "PT1H30M"`;
const expected = `${exactly}, or { "calendar": "P3M" } with years, months, weeks and days, and beside it a "zone" if need be`;
const CALENDAR = /^P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$/;

/** A window in its canonical form. Months and years, whose length differs, must say that they go by the calendar. */
export function parseWindow(raw: unknown, path: string, findings: Findings): Window | undefined {
  if (isObject(raw)) return parseCalendarWindow(raw, path, findings);
  const text = typeof raw === 'string' ? raw : '';
  if (hasMonths(text))
    return findings.add(
      path,
      'calendar',
      `Months and years differ in length: write { "calendar": ${JSON.stringify(text.slice(0, 40))} } to go by the calendar, or say it in days or weeks.`,
      expected,
    );
  return parseDurationIn(text, path, expected, findings);
}

/** A window that may not go by the calendar. */
export const parseExactWindow = (text: string, path: string, findings: Findings): string | undefined =>
  hasMonths(text)
    ? findings.add(path, 'duration', 'Months and years differ in length: say it in days or weeks.', exactly)
    : parseDurationIn(text, path, exactly, findings);

const hasMonths = (text: string): boolean => /^P[^T]*[YM]/.test(text);

function parseDurationIn(
  text: string,
  path: string,
  expectedHere: string,
  findings: Findings,
): string | undefined {
  const duration = parseDuration(text);
  if (duration === undefined) return findings.add(path, 'duration', 'That is no duration.', expectedHere);
  if (duration === 0 || duration > bounds.window)
    return findings.add(
      path,
      'duration',
      'A window is longer than nothing and at most 100 years.',
      expectedHere,
    );
  return formatDuration(duration);
}

function parseCalendarWindow(
  raw: Record<string, unknown>,
  path: string,
  findings: Findings,
): Window | undefined {
  const others = Object.keys(raw).filter((field) => field !== 'calendar' && field !== 'zone');
  if (others.length > 0)
    return findings.add(
      below(path, others[0]!),
      'unknown-field',
      'There is no such field here.',
      'calendar, zone; whole units of the calendar, such as { "month": -1 }, stand behind "during"',
    );
  const length = typeof raw['calendar'] === 'string' ? readCalendar(raw['calendar']) : undefined;
  const days = length && approximateDays(length);
  if (days === undefined || days > bounds.window / DAY)
    return findings.add(
      below(path, 'calendar'),
      'duration',
      'That is no duration in calendar terms.',
      'an ISO 8601 duration of years, months, weeks and days up to 100 years, such as "P3M" or "P1Y" ("P0D" for today)',
    );
  const zone = raw['zone'] === undefined ? undefined : parseZone(raw['zone'], below(path, 'zone'), findings);
  if (raw['zone'] !== undefined && zone === undefined) return undefined;
  return { calendar: formatCalendar(length!), ...(zone !== undefined && { zone }) };
}

/** Years are twelve months, weeks seven days: lengths that mean the same are the same. */
function readCalendar(text: string): CalendarLength | undefined {
  const match = CALENDAR.exec(text);
  if (!match || text === 'P') return undefined;
  const [years, months, weeks, days] = match.slice(1).map((digits) => Number(digits ?? 0));
  const all = years! * 12 + months!;
  return { years: Math.floor(all / 12), months: all % 12, days: weeks! * 7 + days! };
}

function formatCalendar({ years, months, days }: CalendarLength): string {
  const text = `P${years ? `${years}Y` : ''}${months ? `${months}M` : ''}${days ? `${days}D` : ''}`;
  return text === 'P' ? 'P0D' : text;
}

const approximateDays = ({ years, months, days }: CalendarLength): number => years * 366 + months * 31 + days;

/** Whether a window is longer than another of its kind, and its zone, on every day. */
export function isLonger(one: Window, other: Window): boolean {
  if (typeof one === 'string' || typeof other === 'string')
    return typeof one === typeof other && parseDuration(one as string)! > parseDuration(other as string)!;
  if (one.zone !== other.zone) return false;
  const [a, b] = [readCalendar(one.calendar)!, readCalendar(other.calendar)!];
  const months = (a.years - b.years) * 12 + a.months - b.months;
  return months * (months > 0 ? 28 : 31) + a.days - b.days > 0;
}

/** The window that `parseWindow` read. */
export const spanOf = (window: Window): Span =>
  typeof window === 'string'
    ? exactSpan(parseDuration(window)!)
    : calendarSpan(readCalendar(window.calendar)!, window.zone);

const exactSpan = (length: Duration): Span => ({
  opensAfter: (now) => now - length,
  leavesAt: (at) => at + length,
  entersAt: (at) => at - length,
  zoneFor: (zone) => zone,
  byZone: false,
  longest: length,
});

function calendarSpan(length: CalendarLength, own: string | undefined): Span {
  const zoneFor = (zone: string): string => own ?? zone;
  const beyond = knownByDay((day) => firstDayBeyond(day, length));
  const reaching = knownByDay((day) => firstDayReaching(day, length));
  return {
    zoneFor,
    opensAfter: (now, zone) => startOf(earlier(dayOf(now, zoneFor(zone)), length), zoneFor(zone)) - 1,
    leavesAt: (at, zone) => startOf(beyond(dayOf(at, zoneFor(zone))), zoneFor(zone)),
    entersAt: (at, zone) => startOf(reaching(dayOf(at, zoneFor(zone))), zoneFor(zone)),
    byZone: own === undefined,
    longest: (approximateDays(length) + 2) * DAY,
  };
}

/** Three years of them for each window. */
const MOST_KNOWN = 1_000;

/** Answers that were given for a day are kept: many events are of few days. */
function knownByDay(answer: (day: Day) => Day): (day: Day) => Day {
  const known = new Map<Day, Day>();
  return (day) => {
    const before = known.get(day);
    if (before !== undefined) return before;
    if (known.size >= MOST_KNOWN) known.clear();
    const found = answer(day);
    known.set(day, found);
    return found;
  };
}

/** The first day from which a calendar length no longer reaches back to a day. */
function firstDayBeyond(day: number, length: CalendarLength): number {
  let first = later(day + 1, length);
  while (earlier(first, length) <= day) first += 1;
  while (earlier(first - 1, length) > day) first -= 1;
  return first;
}

/** The first day from which a calendar length reaches ahead to a day. */
function firstDayReaching(day: number, length: CalendarLength): number {
  let first = earlier(day, length);
  while (later(first, length) < day) first += 1;
  while (later(first - 1, length) >= day) first -= 1;
  return first;
}
