import fc from 'fast-check';
import { DAY, type Instant, type Json } from '@entente/kernel';
import { dayOf } from '../calendar';
import { Findings } from '../findings';
import { spanOf } from '../window';
import { parseComparison, passes, turnOf, type Comparison } from './comparison';
import { dateIn, instantOf } from './date';

const zones = ['UTC', 'Europe/Paris', 'America/Sao_Paulo', 'Asia/Kathmandu', 'America/St_Johns'];
const zone = fc.constantFrom(...zones);
const now = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2029, 0, 1) });
const iso = (at: Instant): string => new Date(at).toISOString();
const value = fc.oneof(
  now.map(iso),
  now.map((at) => iso(at).slice(0, 10)),
  now,
  now.map((at) => at / 1_000),
  fc.constantFrom('2024-02-29', '1604-02-29', '2027-02-28', '2028-03-01', '1999-12-31', '2026-10-25'),
);
const windows = ['PT1H', 'P1D', 'P30D', { calendar: 'P0D' }, { calendar: 'P2D' }, { calendar: 'P1M' }];
const window = fc.constantFrom(...windows);
const reach = fc.constantFrom('P1D', 'P7D', 'P30D', 'P360D');
const moving = fc.oneof(
  window.map((withinLast) => ({ withinLast })),
  window.map((withinNext) => ({ withinNext })),
  window.map((moreThanAgo) => ({ moreThanAgo })),
  fc.constant({ anniversary: 'today' }),
  reach.map((withinNext) => ({ anniversary: { withinNext } })),
  reach.map((withinLast) => ({ anniversary: { withinLast } })),
  fc
    .constantFrom(
      { day: [-2, 1] },
      { week: 0 },
      { week: 1 },
      { month: 0 },
      { month: [-1, 0] },
      { quarter: -1 },
      { week: 0, weekStarts: 'sunday' },
      { quarter: 0, yearStarts: 3 },
    )
    .map((during) => ({ anniversary: { during } })),
  fc
    .tuple(
      fc.constantFrom('day', 'week', 'month', 'quarter', 'year'),
      fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(2)).map(([first, more]) => [first, first + more]),
    )
    .map(([unit, numbers]) => ({ during: { [unit]: numbers } })),
  fc
    .tuple(
      fc.constantFrom(
        ['week', { weekStarts: 'sunday' }] as const,
        ['week', { weekStarts: 'friday' }] as const,
        ['quarter', { yearStarts: 2 }] as const,
        ['year', { yearStarts: 12 }] as const,
      ),
      fc.integer({ min: -3, max: 3 }),
    )
    .map(([[unit, starts], number]) => ({ during: { [unit]: number, ...starts } })),
);

const read = (raw: unknown): Comparison => parseComparison(raw, 'p', new Findings())!;
const problemsOf = (raw: unknown): string[] => {
  const findings = new Findings();
  parseComparison(raw, 'p', findings);
  return findings.problems.map(({ path, code }) => `${path} ${code}`);
};
const holds = (raw: unknown, one: Json | undefined, at: Instant | string = 0, timeZone = 'UTC'): boolean =>
  passes(read(raw), one, {
    now: typeof at === 'string' ? Date.parse(at) : at,
    zone: timeZone,
    traits: {},
  });

describe('dates that move', () => {
  it('turn at the very instant that is foretold, and at none before', () => {
    fc.assert(
      fc.property(moving, value, now, zone, (raw, date, at, timeZone) => {
        const comparison = read(raw);
        const so = (when: Instant): boolean =>
          passes(comparison, date, { now: when, zone: timeZone, traits: {} });
        const turn = turnOf(comparison)(date, { now: at, zone: timeZone, traits: {} });
        const until = Math.min(turn ?? Infinity, at + 800 * DAY);
        for (let probe = at; probe < until; probe += 23 * DAY) expect(so(probe)).toBe(so(at));
        if (turn === undefined) return;
        expect(turn).toBeGreaterThan(at);
        expect([so(turn - 1), so(turn)]).toEqual([so(at), !so(at)]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are what another one so long after, or before, is compared with', () => {
    fc.assert(
      fc.property(window, now, now, zone, (span, other, at, timeZone) => {
        const date = iso(other);
        const compared = (raw: object): boolean =>
          passes(read(raw), iso(at), { now: 0, zone: timeZone, traits: { other: date } });
        const longAgo = holds({ moreThanAgo: span }, date, at, timeZone);
        expect(compared({ after: { trait: 'other', plus: span } })).toBe(longAgo);
        expect(compared({ before: { trait: 'other', plus: span } })).toBe(!longAgo);
        const reached = at >= other || holds({ withinNext: span }, date, at, timeZone);
        expect(compared({ after: { trait: 'other', minus: span } })).toBe(reached);
        expect(compared({ before: { trait: 'other', minus: span } })).toBe(!reached);
      }),
    );
  });

  it('may be moved to years that no date names', () => {
    const compared = (raw: object): boolean =>
      passes(read(raw), '2026-01-01', {
        now: 0,
        zone: 'UTC',
        traits: { end: '2199-12-31', born: '1950-01-01', old: '1001-01-01' },
      });
    expect(compared({ before: { trait: 'end', plus: 'P7D' } })).toBe(true);
    expect(compared({ after: { trait: 'born', minus: { calendar: 'P60Y' } } })).toBe(true);
    expect(compared({ after: { trait: 'old', plus: 'P1D' } })).toBe(true);
  });

  it('are moved by a duration of one kind or the other', () => {
    const traits = { other: '2026-11-24', odd: 'soon' };
    const compared = (value: string, raw: object): boolean =>
      passes(read(raw), value, { now: 0, zone: 'Europe/Paris', traits });
    expect(compared('2026-11-30T22:59:59Z', { before: { trait: 'other', plus: 'P7D' } })).toBe(true);
    expect(compared('2026-11-30T23:00:00Z', { before: { trait: 'other', plus: 'P7D' } })).toBe(false);
    const week = { trait: 'other', plus: { calendar: 'P7D' } };
    expect(compared('2026-12-01T22:59:59Z', { before: week })).toBe(true);
    expect(compared('2026-12-01T23:00:00Z', { before: week })).toBe(false);
    expect(compared('2026-12-01', { after: { trait: 'odd', minus: 'P1D' } })).toBe(false);
  });

  it.each<[unknown, string[]]>([
    [{ before: { trait: 'a', plus: 'P1M' } }, ['p.before.plus calendar']],
    [{ before: { trait: 'a', plus: 'P1D', minus: 'P1D' } }, ['p.before several']],
    [{ after: { trait: 'a', later: 'P1D' } }, ['p.after.later unknown-field']],
    [{ after: { plus: 'P1D' } }, ['p.after operand']],
    [{ gt: { trait: 'a', plus: 'P1D' } }, ['p.gt.plus unknown-field']],
  ])('%j is refused: %j', (raw, problems) => expect(problemsOf(raw)).toEqual(problems));

  it('are within the last D as events are, else more than D ago or still to come', () => {
    fc.assert(
      fc.property(window, value, now, zone, (within, text, at, timeZone) => {
        const date = instantOf(dateIn(text)!, timeZone);
        const inside = date > spanOf(within).opensAfter(at, timeZone) && date <= at;
        expect(holds({ withinLast: within }, text, at, timeZone)).toBe(inside);
        expect(holds({ moreThanAgo: within }, text, at, timeZone)).toBe(!inside && date <= at);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are within the next D from D before them until themselves', () => {
    const due = '2026-11-24T12:00:00Z';
    const next = { withinNext: 'P1D' };
    const at = ['2026-11-23T11:59:59.999Z', '2026-11-23T12:00:00Z', '2026-11-24T11:59:59.999Z', due];
    expect(at.map((one) => holds(next, due, one))).toEqual([false, true, true, false]);
  });

  it('are within the next days of the calendar until the last of these ends', () => {
    const next = { withinNext: { calendar: 'P1D' } };
    const at = '2026-11-24T22:59:00Z';
    const values = ['2026-11-24', '2026-11-25', '2026-11-26', '2026-11-25T22:59:59Z', '2026-11-25T23:00:00Z'];
    expect(values.map((one) => holds(next, one, at, 'Europe/Paris'))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('anniversary', () => {
  it('is on the day of the year in the zone of the contact; 29 February on the 28th in common years', () => {
    const today = { anniversary: 'today' };
    expect(holds(today, '1990-11-24', '2026-11-23T23:00:00Z', 'Europe/Paris')).toBe(true);
    expect(holds(today, '1990-11-24', '2026-11-23T22:59:59Z', 'Europe/Paris')).toBe(false);
    expect(holds(today, '1990-11-23T23:30:00Z', '2026-11-24T12:00:00Z', 'Europe/Paris')).toBe(true);
    expect(holds(today, '2000-02-29', '2027-02-28T12:00:00Z')).toBe(true);
    expect(holds(today, '2000-02-29', '2028-02-28T12:00:00Z')).toBe(false);
    expect(holds(today, '2000-02-29', '2028-02-29T12:00:00Z')).toBe(true);
    expect(holds(today, '2000-02-28', '2028-02-29T12:00:00Z')).toBe(false);
  });

  it.each<[object, string[]]>([
    [{ withinNext: 'P2D' }, ['01-01', '12-31']],
    [{ withinLast: 'P2D' }, ['12-28', '12-29', '12-30']],
  ])('%j looks over the turn of the year, and counts today as begun', (one, days) => {
    const all = ['12-27', '12-28', '12-29', '12-30', '12-31', '01-01', '01-02'];
    const found = all.filter((day) => holds({ anniversary: one }, `1980-${day}`, '2026-12-30T10:00:00Z'));
    expect(found.sort()).toEqual(days.sort());
  });

  it.each<[object, string[]]>([
    [{ month: 0 }, ['12-27', '12-28', '12-29', '12-30', '12-31']],
    [{ month: 1 }, ['01-01', '01-02']],
    [{ week: 0 }, ['12-28', '12-29', '12-30', '12-31', '01-01', '01-02']],
    [{ day: [-1, 1] }, ['12-29', '12-30', '12-31']],
    [{ week: 0, weekStarts: 'tuesday' }, ['12-29', '12-30', '12-31', '01-01', '01-02']],
    [{ week: -1, weekStarts: 'tuesday' }, ['12-27', '12-28']],
    [{ quarter: 0, yearStarts: 11 }, ['12-27', '12-28', '12-29', '12-30', '12-31', '01-01', '01-02']],
    [{ quarter: 0, yearStarts: 10 }, ['12-27', '12-28', '12-29', '12-30', '12-31']],
  ])('in %j is in whole units of the calendar', (during, days) => {
    const all = ['12-27', '12-28', '12-29', '12-30', '12-31', '01-01', '01-02'];
    const one = { anniversary: { during } };
    const found = all.filter((day) => holds(one, `1980-${day}`, '2026-12-30T10:00:00Z'));
    expect(found).toEqual(days);
  });

  it.each<object>([{ year: 0 }, { year: 0, yearStarts: 4 }, { month: 11 }, { month: [-6, 6] }, { day: 360 }])(
    'in %j is refused',
    (during) => expect(problemsOf({ anniversary: { during } })).toEqual(['p.anniversary.during during']),
  );

  it.each<[unknown, unknown]>([
    ['today', 'today'],
    [{ withinNext: 'P1W' }, { withinNext: 'P7D' }],
    [{ withinLast: 'PT48H' }, { withinLast: 'P2D' }],
  ])('reads %j', (raw, operand) => expect(read({ anniversary: raw })).toEqual({ anniversary: operand }));
});

describe('during', () => {
  const at = '2026-11-24T12:00:00Z';
  const days = [
    '2025-12-31',
    '2026-10-31',
    '2026-11-01',
    '2026-11-23',
    '2026-11-24',
    '2026-11-30',
    '2026-12-01',
  ];
  it.each<[object, string[]]>([
    [{ day: 0 }, ['2026-11-24']],
    [{ day: [-1, 0] }, ['2026-11-23', '2026-11-24']],
    [{ week: 0 }, ['2026-11-23', '2026-11-24']],
    [{ week: 1 }, ['2026-11-30', '2026-12-01']],
    [{ month: 0 }, ['2026-11-01', '2026-11-23', '2026-11-24', '2026-11-30']],
    [{ month: -1 }, ['2026-10-31']],
    [{ month: [-1, 0] }, days.slice(1, 6)],
    [{ quarter: 0 }, days.slice(1)],
    [{ year: -1 }, ['2025-12-31']],
    [{ week: 0, weekStarts: 'sunday' }, ['2026-11-23', '2026-11-24']],
    [{ week: 0, weekStarts: 'tuesday' }, ['2026-11-24', '2026-11-30']],
    [{ week: 1, weekStarts: 'tuesday' }, ['2026-12-01']],
    [{ quarter: 0, yearStarts: 2 }, days.slice(2)],
    [{ quarter: -1, yearStarts: 2 }, ['2026-10-31']],
    [{ quarter: -1, yearStarts: 12 }, []],
    [{ quarter: [0, 1], yearStarts: 12 }, days.slice(1)],
    [{ year: 0, yearStarts: 11 }, days.slice(2)],
    [{ year: [-1, -1], yearStarts: 11 }, days.slice(0, 2)],
    [{ year: 1, yearStarts: 12 }, ['2026-12-01']],
  ])('%j are whole units counted from the present one', (during, expected) =>
    expect(days.filter((day) => holds({ during }, day, at))).toEqual(expected),
  );

  it('goes by the calendar of the contact', () => {
    const eve = '2026-11-30T23:30:00Z';
    expect(holds({ during: { month: 0 } }, eve, eve, 'UTC')).toBe(true);
    expect(holds({ during: { month: 0 } }, eve, at, 'Europe/Paris')).toBe(false);
    expect(holds({ during: { month: 1 } }, eve, at, 'Europe/Paris')).toBe(true);
  });

  it('has one form', () => {
    expect(read({ during: { month: [-1, -1] } })).toEqual({ during: { month: -1 } });
    expect(read({ during: { month: [-2, -1] } })).toEqual({ during: { month: [-2, -1] } });
    expect(read({ during: { week: 0, weekStarts: 'monday' } })).toEqual({ during: { week: 0 } });
    expect(read({ during: { yearStarts: 1, quarter: -1 } })).toEqual({ during: { quarter: -1 } });
    for (const one of [
      { week: 0, weekStarts: 'sunday' },
      { yearStarts: 2, quarter: [-4, -1] },
    ])
      expect(read({ during: one })).toEqual({ during: one });
  });

  it.each<[unknown, string]>([
    ['thisMonth', 'p.during during'],
    [{}, 'p.during during'],
    [{ month: 0, week: 0 }, 'p.during during'],
    [{ decade: 0 }, 'p.during.decade unknown-field'],
    [{ month: 0.5 }, 'p.during.month during'],
    [{ month: [0, -1] }, 'p.during.month during'],
    [{ month: [] }, 'p.during.month during'],
    [{ month: [0] }, 'p.during.month during'],
    [{ month: [-2, -1, 0] }, 'p.during.month during'],
    [{ month: null }, 'p.during.month during'],
    [{ year: -101 }, 'p.during.year during'],
    [{ weekStarts: 'sunday' }, 'p.during during'],
    [{ week: 0, weekStarts: 'Sunday' }, 'p.during.weekStarts unit'],
    [{ week: 0, weekStarts: 7 }, 'p.during.weekStarts unit'],
    [{ week: 0, weekStarts: null }, 'p.during.weekStarts unit'],
    [{ year: 0, yearStarts: 0 }, 'p.during.yearStarts unit'],
    [{ year: 0, yearStarts: 13 }, 'p.during.yearStarts unit'],
    [{ quarter: 0, yearStarts: 2.5 }, 'p.during.yearStarts unit'],
    [{ quarter: 0, yearStarts: 'february' }, 'p.during.yearStarts unit'],
    [{ day: 0, weekStarts: 'sunday' }, 'p.during.weekStarts out-of-place'],
    [{ quarter: 0, weekStarts: 'monday' }, 'p.during.weekStarts out-of-place'],
    [{ week: 0, yearStarts: 1 }, 'p.during.yearStarts out-of-place'],
    [{ month: 0, yearStarts: 2 }, 'p.during.yearStarts out-of-place'],
  ])('refuses %j', (during, expected) => expect(problemsOf({ during })).toEqual([expected]));
});

const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

describe('parts of a date', () => {
  it.each<[object, string | number, string, boolean]>([
    [{ weekday: 'tuesday' }, '2026-11-24', 'UTC', true],
    [{ weekday: ['sunday', 'tuesday'] }, '2026-11-24T12:00:00Z', 'UTC', true],
    [{ weekday: 'tuesday' }, '2026-11-24T23:30:00Z', 'Europe/Paris', false],
    [{ weekday: 'wednesday' }, '2026-11-24T23:30:00Z', 'Europe/Paris', true],
    [{ weekday: 'thursday' }, '1601-01-04', 'UTC', true],
    [{ month: 11 }, '1990-11-30', 'UTC', true],
    [{ month: { gte: 11 } }, '1990-10-31', 'UTC', false],
    [{ month: 12 }, '2026-11-30T23:30:00Z', 'Europe/Paris', true],
    [{ dayOfMonth: { gte: 28 } }, '2026-02-28', 'UTC', true],
    [{ dayOfMonth: 1 }, '2026-11-30T23:30:00Z', 'Europe/Paris', true],
    [{ hour: 0 }, '2026-11-30T23:30:00Z', 'Europe/Paris', true],
    [{ hour: { gte: 18, lt: 22 } }, '2026-11-24T21:59:59.999Z', 'UTC', true],
    [{ hour: { gte: 18, lt: 22 } }, '2026-11-24T22:00:00Z', 'UTC', false],
    [{ hour: { in: [2] } }, '2026-10-25T00:30:00Z', 'Europe/Paris', true],
    [{ hour: { in: [2] } }, '2026-10-25T01:30:00Z', 'Europe/Paris', true],
    [{ hour: 0 }, '2026-11-24', 'UTC', false],
    [{ hour: 12 }, Date.UTC(2026, 10, 24, 12) / 1_000, 'UTC', true],
  ])('%j of %j in %s: %j', (raw, date, timeZone, expected) =>
    expect(holds(raw, date, 0, timeZone)).toBe(expected),
  );

  it('name days in the order of the week, each once', () =>
    expect(read({ weekday: ['sunday', 'monday', 'sunday'] })).toEqual({ weekday: ['monday', 'sunday'] }));

  it('take lists of numbers as well', () =>
    expect(read({ month: [12, 11] })).toEqual({ month: { in: [11, 12] } }));

  it('say what is wrong in their own words', () => {
    const findings = new Findings();
    parseComparison({ month: { gte: 13 } }, 'p', findings);
    parseComparison({ hour: { gte: 0 } }, 'p', findings);
    expect(findings.problems.map(({ message }) => message)).toEqual([
      'That is more than a month is here.',
      'That holds for every hour, or for none.',
    ]);
    expect(findings.problems[0]!.expected).toContain('a whole number from 1 to 12');
  });

  it.each<[object, string]>([
    [{ weekday: 'Sunday' }, 'p.weekday operand'],
    [{ weekday: [] }, 'p.weekday operand'],
    [{ weekday: 7 }, 'p.weekday operand'],
    [{ month: 0 }, 'p.month count'],
    [{ month: { gt: 12 } }, 'p.month constant'],
    [{ month: { lte: 5, gt: 5 } }, 'p.month constant'],
    [{ dayOfMonth: -1 }, 'p.dayOfMonth count'],
    [{ weekday: WEEK }, 'p.weekday constant'],
    [{ month: 13 }, 'p.month count'],
    [{ month: { gte: 1 } }, 'p.month constant'],
    [{ dayOfMonth: 32 }, 'p.dayOfMonth count'],
    [{ hour: 24 }, 'p.hour count'],
    [{ hour: { lte: 23 } }, 'p.hour constant'],
    [{ hour: '18:00' }, 'p.hour operand'],
  ])('refuse %j', (raw, expected) => expect(problemsOf(raw)).toEqual([expected]));
});

describe('Unix time', () => {
  const noon = Date.UTC(2026, 10, 24, 12);
  it('is a date in seconds, with decimals or without, and in milliseconds', () => {
    for (const value of [noon, noon / 1_000]) {
      expect(dateIn(value)).toEqual({ at: noon });
      expect(holds({ onDay: '2026-11-24' }, value)).toBe(true);
      expect(holds({ withinLast: 'P1D' }, value, noon + 1)).toBe(true);
    }
    expect(dateIn(noon / 1_000 + 0.001)).toEqual({ at: noon + 1 });
  });

  it('is read like texts: as the millisecond that it is in', () => {
    for (const value of [noon + 0.9, noon / 1_000 + 0.0009, '2026-11-24T12:00:00.0009Z'])
      expect(dateIn(value)).toEqual({ at: noon });
  });

  it.each([0, 25, 1_990, 99_999_999, -noon, 7_258_118_400, 99_999_999_999, 7_258_118_400_000, 1e300])(
    'is not what %d says',
    (value) => expect(dateIn(value)).toBeUndefined(),
  );
});

describe('before, after and onDay', () => {
  it('are half-open: after is from then on', () => {
    const values = [
      '2026-11-23T23:59:59.999Z',
      '2026-11-24T00:00:00Z',
      '2026-11-23',
      '2026-11-24',
      '2026-11-25',
    ];
    const passing = (raw: object): string[] => values.filter((one) => holds(raw, one));
    expect(passing({ before: '2026-11-24' })).toEqual([values[0], values[2]]);
    expect(passing({ after: '2026-11-24' })).toEqual([values[1], values[3], values[4]]);
    expect(passing({ onDay: '2026-11-24' })).toEqual([values[1], values[3]]);
    expect(passing({ after: '2026-11-23T12:00:00Z', before: '2026-11-24T12:00:00Z' })).toEqual([
      values[0],
      values[1],
      values[3],
    ]);
  });

  it('take days of the contact', () => {
    const eve = '2026-11-23T23:30:00Z';
    expect(holds({ onDay: '2026-11-24' }, eve, 0, 'Europe/Paris')).toBe(true);
    expect(holds({ onDay: '2026-11-24' }, eve, 0, 'UTC')).toBe(false);
    expect(holds({ before: '2026-11-24' }, eve, 0, 'Europe/Paris')).toBe(false);
    expect(holds({ before: '2026-11-24T00:00:00Z' }, '2026-11-24', 0, 'Europe/Paris')).toBe(true);
  });

  it('have one way to write an instant', () =>
    expect(read({ before: '2026-11-24t10:00:00+01:00', after: '2026-11-24' })).toEqual({
      before: '2026-11-24T09:00:00.000Z',
      after: '2026-11-24',
    }));
});

describe('what is no date', () => {
  const others = [
    '',
    'soon',
    '2026-02-30',
    '2026-13-01',
    '0999-01-01',
    '2200-01-01',
    '2026-11-24T10:00:00',
    7,
  ];
  it.each<unknown>([...others, null, undefined, true, ['2026-11-24'], { d: 1 }])(
    '%j compares false',
    (one) => {
      fc.assert(
        fc.property(moving, now, zone, (raw, at, timeZone) => {
          expect(holds(raw, one as Json, at, timeZone)).toBe(false);
          const context = { now: at, zone: timeZone, traits: {} };
          expect(turnOf(read(raw))(one as Json, context)).toBeUndefined();
        }),
        { numRuns: 20 },
      );
      for (const raw of [{ before: '2199-01-01' }, { after: '1000-01-01' }, { onDay: '2026-11-24' }])
        expect(holds(raw, one as Json)).toBe(false);
    },
  );
});

it.each(['Pacific/Apia', 'America/Los_Angeles', 'UTC'])(
  'days are read in the zone of a shift, for contacts in %s',
  (zone) => {
    const window = { calendar: 'P1M', zone: 'Asia/Tokyo' };
    const context = { now: 0, zone, traits: { from: '2026-02-28', until: '2026-03-28' } };
    const is = (comparison: object, value: string) => passes(read(comparison), value, context);
    const isBefore = { before: { trait: 'from', plus: window } };
    expect(['2026-03-31', '2026-04-01'].map((day) => is(isBefore, day))).toEqual([true, false]);
    const isAfter = { after: { trait: 'until', minus: window } };
    expect(['2026-02-27', '2026-02-28'].map((day) => is(isAfter, day))).toEqual([false, true]);
  },
);

it('days of the calendar are those that zones show', () =>
  expect(dayOf(Date.parse('2026-11-23T23:30:00Z'), 'Europe/Paris') * DAY).toBe(Date.UTC(2026, 10, 24)));
