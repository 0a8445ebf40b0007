import type { Instant } from '@entente/kernel';
import { dateOf, dayOf, dayOfMonth, startOf, type Day } from './calendar';

/** A stretch of the calendar that follows on others of its kind; these have numbers that go up by one. */
interface Stretch {
  readonly numberOf: (day: Day) => number;
  readonly firstDay: (number: number) => Day;
  /** In days. */
  readonly longest: number;
}

const DAYS_OF_A_WEEK = 7;
/** The Monday before 1970-01-01, a Thursday. */
const A_MONDAY = -3;
const MONTHS_OF_A_YEAR = 12;

const ofMonths = (many: number, longest: number): Stretch => ({
  numberOf: (day) => {
    const date = dateOf(day);
    return Math.floor((date.getUTCFullYear() * MONTHS_OF_A_YEAR + date.getUTCMonth()) / many);
  },
  firstDay: (number) => {
    const month = number * many;
    return dayOfMonth(Math.floor(month / MONTHS_OF_A_YEAR), month % MONTHS_OF_A_YEAR, 1);
  },
  longest,
});

/** Weeks begin on Monday, as in ISO 8601. */
const units = {
  day: { numberOf: (day) => day, firstDay: (number) => number, longest: 1 },
  week: {
    numberOf: (day) => Math.floor((day - A_MONDAY) / DAYS_OF_A_WEEK),
    firstDay: (number) => number * DAYS_OF_A_WEEK + A_MONDAY,
    longest: DAYS_OF_A_WEEK,
  },
  month: ofMonths(1, 31),
  quarter: ofMonths(3, 92),
  year: ofMonths(MONTHS_OF_A_YEAR, 366),
} as const satisfies Record<string, Stretch>;

export type CalendarUnit = keyof typeof units;
export const calendarUnits = Object.keys(units) as CalendarUnit[];

/** No such unit has more days. */
export const longestUnit = (unit: CalendarUnit): number => units[unit].longest;

/** The number of the unit that a day is in. */
export const unitOf = (unit: CalendarUnit, day: Day): number => units[unit].numberOf(day);

/** The number of the unit that an instant is in, in a time zone. */
export const unitAt = (unit: CalendarUnit, at: Instant, zone: string): number =>
  unitOf(unit, dayOf(at, zone));

/** The first day of the unit of a number. */
export const firstDayOf = (unit: CalendarUnit, number: number): Day => units[unit].firstDay(number);

/** The instant at which the unit of a number begins, in a time zone. */
export const beginningOf = (unit: CalendarUnit, number: number, zone: string): Instant =>
  startOf(firstDayOf(unit, number), zone);
