import fc from 'fast-check';
import { DAY, HOUR, type JsonObject } from '@entente/kernel';
import { Temporal } from 'temporal-polyfill';
import { dateOf, dayOf, earlier, hourOf, later, startOf, WEEKDAYS } from './calendar';
import { beginningOf, unitAt, unitNamed, unitNames, type UnitStarts } from './calendar-unit';
import { Findings } from './findings';
import { isTimeZone, zoneOf } from './time-zone';
import { parseWindow, spanOf } from './window';

const zones = [
  'UTC',
  'Europe/Paris',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'America/St_Johns',
];
const zone = fc.constantFrom(...zones);
const instant = fc.integer({ min: Date.UTC(2009, 0, 1), max: Date.UTC(2030, 0, 1) });

describe('days', () => {
  it('begin where the one before ends, and have the date that clocks of the zone show', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const day = dayOf(at, timeZone);
        expect(startOf(day, timeZone)).toBeLessThanOrEqual(at);
        expect(startOf(day + 1, timeZone)).toBeGreaterThan(at);
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(at);
        expect(dateOf(day).toISOString().slice(0, 10)).toBe(shown);
      }),
      { numRuns: 500 },
    );
  });

  it('have 23, 24 or 25 hours where summer time begins or ends', () => {
    const hours = (date: string): number => {
      const day = dayOf(Date.parse(`${date}T12:00:00Z`), 'Europe/Paris');
      return (startOf(day + 1, 'Europe/Paris') - startOf(day, 'Europe/Paris')) / HOUR;
    };
    expect(['2026-03-28', '2026-03-29', '2026-10-25'].map(hours)).toEqual([24, 23, 25]);
  });

  it('have the hours that clocks of the zone show, also where they are changed', () => {
    const changes = [
      Date.UTC(2026, 2, 29),
      Date.UTC(2026, 9, 25),
      Date.UTC(2011, 11, 30),
      Date.UTC(2018, 10, 4),
    ];
    const near = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -DAY, max: DAY }))
      .map(([change, away]) => change + away);
    fc.assert(
      fc.property(fc.oneof(instant, near), zone, (at, timeZone) => {
        const clock = new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' });
        expect(hourOf(at, timeZone)).toBe(Number(clock.format(at)));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('units of the calendar', () => {
  const starts: fc.Arbitrary<UnitStarts> = fc.record({
    weekStarts: fc.constantFrom(...WEEKDAYS),
    yearStarts: fc.integer({ min: 1, max: 12 }),
  });

  it('follow each other without a gap, none longer than said', () => {
    fc.assert(
      fc.property(instant, zone, fc.constantFrom(...unitNames), starts, (at, timeZone, name, begins) => {
        const unit = unitNamed(name, begins);
        const number = unitAt(unit, at, timeZone);
        const [from, until] = [number, number + 1].map((one) => beginningOf(unit, one, timeZone));
        expect(from).toBeLessThanOrEqual(at);
        expect(until).toBeGreaterThan(at);
        expect(unitAt(unit, until! - 1, timeZone)).toBe(number);
        expect(until! - from!).toBeLessThanOrEqual(unit.longest * DAY + HOUR);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['day', '2026-11-24'],
    ['week', '2026-11-23'],
    ['month', '2026-11-01'],
    ['quarter', '2026-10-01'],
    ['year', '2026-01-01'],
  ] as const)('a %s that has 24 November 2026 begins on %s', (name, first) => {
    const unit = unitNamed(name);
    const number = unitAt(unit, Date.UTC(2026, 10, 24, 12), 'UTC');
    expect(beginningOf(unit, number, 'UTC')).toBe(Date.parse(first));
  });

  it.each([
    ['week', { weekStarts: 'sunday' }, '2026-11-22'],
    ['week', { weekStarts: 'tuesday' }, '2026-11-24'],
    ['week', { weekStarts: 'wednesday' }, '2026-11-18'],
    ['quarter', { yearStarts: 2 }, '2026-11-01'],
    ['quarter', { yearStarts: 3 }, '2026-09-01'],
    ['quarter', { yearStarts: 4 }, '2026-10-01'],
    ['quarter', { yearStarts: 12 }, '2026-09-01'],
    ['year', { yearStarts: 2 }, '2026-02-01'],
    ['year', { yearStarts: 11 }, '2026-11-01'],
    ['year', { yearStarts: 12 }, '2025-12-01'],
  ] as const)('a %s of %j that has 24 November 2026 begins on %s', (name, begins, first) => {
    const unit = unitNamed(name, begins);
    const number = unitAt(unit, Date.UTC(2026, 10, 24, 12), 'UTC');
    expect(beginningOf(unit, number, 'UTC')).toBe(Date.parse(first));
  });

  it('begin on the day, and in the month, that is said', () => {
    fc.assert(
      fc.property(instant, zone, starts, fc.integer({ min: -9, max: 9 }), (at, timeZone, begins, ahead) => {
        const firstDay = (name: 'week' | 'quarter' | 'year'): Date => {
          const unit = unitNamed(name, begins);
          return dateOf(dayOf(beginningOf(unit, unitAt(unit, at, timeZone) + ahead, timeZone), timeZone));
        };
        const week = Temporal.PlainDate.from(firstDay('week').toISOString().slice(0, 10));
        expect(WEEKDAYS[week.dayOfWeek - 1]).toBe(begins.weekStarts);
        for (const [name, many] of [
          ['quarter', 3],
          ['year', 12],
        ] as const) {
          expect(firstDay(name).getUTCDate()).toBe(1);
          expect((firstDay(name).getUTCMonth() + 1 - begins.yearStarts! + 12) % many).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('days so much later and earlier', () => {
  it('are those that Temporal finds', () => {
    const part = fc.integer({ min: 0, max: 40 });
    const length = fc.record({ years: part, months: part, days: part });
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 80_000 }), length, (day, much) => {
        const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
        const numberOf = (one: Temporal.PlainDate): number =>
          Temporal.PlainDate.from('1970-01-01').until(one, { largestUnit: 'days' }).days;
        expect(later(day, much)).toBe(numberOf(date.add(much)));
        expect(earlier(day, much)).toBe(numberOf(date.subtract(much)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('windows by the calendar', () => {
  const lengths = ['P0D', 'P1D', 'P3D', 'P1M', 'P3M', 'P1Y', 'P1M10D'];

  it('leave behind what happened at the first instant at which they no longer reach it', () => {
    fc.assert(
      fc.property(instant, zone, fc.constantFrom(...lengths), (at, timeZone, calendar) => {
        const span = spanOf({ calendar });
        const leaves = span.leavesAt(at, timeZone);
        expect(span.opensAfter(leaves - 1, timeZone)).toBeLessThan(at);
        expect(span.opensAfter(leaves, timeZone)).toBeGreaterThanOrEqual(at);
        expect(leaves - at).toBeLessThanOrEqual(span.longest);
        expect(span.leavesAt(at + DAY, timeZone)).toBeGreaterThanOrEqual(leaves);
        expect(span.entersAt(at + DAY, timeZone)).toBeGreaterThanOrEqual(span.entersAt(at, timeZone));
      }),
      { numRuns: 1_000 },
    );
  });

  it('reach back to the beginning of the day so long ago; in a shorter month to its last day', () => {
    const opens = (calendar: string, now: string): string =>
      new Date(spanOf({ calendar }).opensAfter(Date.parse(now), 'Europe/Paris') + 1).toISOString();
    expect(opens('P0D', '2026-11-24T15:00:00Z')).toBe('2026-11-23T23:00:00.000Z');
    expect(opens('P1M', '2026-11-24T15:00:00Z')).toBe('2026-10-23T22:00:00.000Z');
    expect(opens('P1M', '2026-03-31T15:00:00Z')).toBe('2026-02-27T23:00:00.000Z');
    expect(opens('P1Y', '2028-02-29T15:00:00Z')).toBe('2027-02-27T23:00:00.000Z');
  });

  it('have a canonical form', () => {
    const read = (calendar: string) => parseWindow({ calendar }, 'within', new Findings());
    expect(read('P14M2W')).toEqual({ calendar: 'P1Y2M14D' });
    expect(read('P')).toBeUndefined();
    expect(read('PT1H')).toBeUndefined();
    expect(read('P200Y')).toBeUndefined();
  });
});

describe('time zones', () => {
  it('are what calendars can go by, and no names besides that dates are formatted by', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const short = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
    const named = [...short, ...Intl.supportedValuesOf('timeZone')].filter(isTimeZone);
    expect(named.length).toBeGreaterThan(400);
    for (const name of named) expect(startOf(20_000, name)).toBeGreaterThan(19_998 * DAY);
    expect(['PST', 'JST', 'BST', 'UTC+1', '+05:30', 'Mars/Olympus'].filter(isTimeZone)).toEqual([]);
  });

  it('are those of contacts who name one, in whatever letter case', () => {
    const zonesOf = (...names: unknown[]) =>
      names.map((timezone) => zoneOf({ timezone } as JsonObject, 'Europe/Rome'));
    expect(zonesOf('asia/kolkata', 'UTC', 'utc')).toEqual(['Asia/Kolkata', 'UTC', 'UTC']);
    expect(zonesOf('PST', 'Nowhere', '', 7, null)).toEqual(Array(5).fill('Europe/Rome'));
  });
});
