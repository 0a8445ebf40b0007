import type { Instant } from '@entente/kernel';
import { dateOf, dayOf, dayOfMonth, startOf, WEEKDAYS, type Day, type Weekday } from './calendar';

/** Stretches of the calendar that follow on each other; they have numbers that go up by one. */
export interface CalendarUnit {
  /** Of the one that a day is in. */
  readonly numberOf: (day: Day) => number;
  readonly firstDayOf: (number: number) => Day;
  /** In days; none is longer. */
  readonly longest: number;
  /** The IANA name of the zone of its calendar, whatever the contact's is. */
  readonly zone?: string;
}

/** Where weeks begin on another day than Monday, or quarters and years in another month than January, and of which zone the calendar is. */
export type UnitStarts = {
  readonly weekStarts?: Weekday;
  /** From 1 to 12. */
  readonly yearStarts?: number;
  /** Without one, that of the contact. */
  readonly zone?: string;
};

const DAYS_OF_A_WEEK = 7;
/** The Monday before 1970-01-01, a Thursday. */
const A_MONDAY = -3;
const MONTHS_OF_A_YEAR = 12;

const days: CalendarUnit = { numberOf: (day) => day, firstDayOf: (number) => number, longest: 1 };

/** Weeks begin on Monday, as in ISO 8601, or so many days later. */
function weeks(later = 0): CalendarUnit {
  const first = A_MONDAY + later;
  return {
    numberOf: (day) => Math.floor((day - first) / DAYS_OF_A_WEEK),
    firstDayOf: (number) => number * DAYS_OF_A_WEEK + first,
    longest: DAYS_OF_A_WEEK,
  };
}

/** So many months at once, the first time from January, or from so many months later. */
const months = (many: number, longest: number, later = 0): CalendarUnit => ({
  numberOf: (day) => {
    const date = dateOf(day);
    return Math.floor((date.getUTCFullYear() * MONTHS_OF_A_YEAR + date.getUTCMonth() - later) / many);
  },
  firstDayOf: (number) => {
    const month = number * many + later;
    return dayOfMonth(Math.floor(month / MONTHS_OF_A_YEAR), month % MONTHS_OF_A_YEAR, 1);
  },
  longest,
});

const monthsLater = ({ yearStarts = 1 }: UnitStarts): number => yearStarts - 1;

const units = {
  day: () => days,
  week: ({ weekStarts = 'monday' }) => weeks(WEEKDAYS.indexOf(weekStarts)),
  month: () => months(1, 31),
  quarter: (starts) => months(3, 92, monthsLater(starts)),
  year: (starts) => months(MONTHS_OF_A_YEAR, 366, monthsLater(starts)),
} as const satisfies Record<string, (starts: UnitStarts) => CalendarUnit>;

export type UnitName = keyof typeof units;
export const unitNames = Object.keys(units) as UnitName[];

export const unitNamed = (name: UnitName, starts: UnitStarts = {}): CalendarUnit => ({
  ...units[name](starts),
  ...(starts.zone !== undefined && { zone: starts.zone }),
});

/** The zone of the calendar that a unit is of, for a contact of this zone. */
export const zoneFor = ({ zone }: CalendarUnit, own: string): string => zone ?? own;

/** The number of the unit that an instant is in, for a contact of a time zone. */
export const unitAt = (unit: CalendarUnit, at: Instant, zone: string): number =>
  unit.numberOf(dayOf(at, zoneFor(unit, zone)));

/** The instant at which the unit of a number begins, for a contact of a time zone. */
export const beginningOf = (unit: CalendarUnit, number: number, zone: string): Instant =>
  startOf(unit.firstDayOf(number), zoneFor(unit, zone));
