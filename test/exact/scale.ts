import type { Duration, Instant } from '@entente/kernel';

/** A size of time at which rules, histories and clocks are tried. Few lengths, so that windows and gaps meet. */
export interface Scale {
  readonly name: string;
  readonly start: Instant;
  /** All events and clock steps fall on multiples of it. */
  readonly tick: Duration;
  /** Lengths of windows, as rules have them. */
  readonly windows: readonly { readonly text: string; readonly length: Duration }[];
  /** Windows that go by the calendar. */
  readonly calendars: readonly string[];
  /** Values of traits that are dates, most of them near the start. */
  readonly dates: readonly string[];
  /** The zone of contacts that name none. */
  readonly timeZone: string;
  /** Its share of the runs: calendars have many instants to compare at. */
  readonly share: number;
  /** How far the clock goes on at the end: beyond every window. */
  readonly rest: Duration;
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

const seconds: Scale = {
  name: 'seconds',
  start: Date.UTC(2026, 10, 2),
  tick: SECOND / 2,
  windows: [
    { text: 'PT1S', length: SECOND },
    { text: 'PT2S', length: 2 * SECOND },
    { text: 'PT3.5S', length: 3.5 * SECOND },
    { text: 'PT10S', length: 10 * SECOND },
  ],
  calendars: ['P0D'],
  dates: [
    '2026-11-02T00:00:03Z',
    '2026-11-02T01:00:05.500+01:00',
    '2026-11-01T23:59:58Z',
    '2026-11-02',
    '2026-11-01',
    '2020-11-03',
  ],
  timeZone: 'UTC',
  share: 1,
  rest: 20 * SECOND,
};

/** Around the end of summer time, in a zone that has one. */
const days: Scale = {
  name: 'days',
  start: Date.UTC(2026, 9, 23, 22),
  tick: 6 * HOUR,
  windows: [
    { text: 'P1D', length: 24 * HOUR },
    { text: 'PT36H', length: 36 * HOUR },
    { text: 'P2D', length: 48 * HOUR },
    { text: 'P5D', length: 120 * HOUR },
  ],
  calendars: ['P0D', 'P1D', 'P3D'],
  dates: [
    '2026-10-25T00:30:00Z',
    '2026-10-24T22:00:00Z',
    '2026-10-28T12:00:00.000Z',
    '2026-10-25',
    '2026-10-26',
    '1990-10-27',
  ],
  timeZone: 'Europe/Paris',
  share: 0.2,
  rest: 240 * HOUR,
};

/** The end of a February without a 29th, with months. */
const months: Scale = {
  name: 'months',
  start: Date.UTC(2027, 1, 25, 12),
  tick: 12 * HOUR,
  windows: [
    { text: 'P1D', length: 24 * HOUR },
    { text: 'P7D', length: 7 * 24 * HOUR },
  ],
  calendars: ['P1D', 'P1M'],
  dates: [
    '2024-02-29',
    '2027-02-28',
    '2027-03-31',
    '1604-03-01',
    '2027-02-28T23:30:00Z',
    '2027-01-29T06:00:00Z',
  ],
  timeZone: 'Europe/Paris',
  share: 0.1,
  rest: 40 * 24 * HOUR,
};

/** Zones that contacts name, with days that begin at other hours. */
export const zones = ['America/Sao_Paulo', 'Asia/Kathmandu', 'Europe/Paris'] as const;

/** One that calendars of rules name, and no contact does. */
export const zoneOfRules = 'Asia/Tokyo';

export const scales = [seconds, days, months] as const;
