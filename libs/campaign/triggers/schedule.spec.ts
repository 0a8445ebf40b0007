import fc from 'fast-check';
import { DAY, Problems, toIso } from '@entente/kernel';
import type { Known } from '../known';
import { parseTrigger, type Trigger } from './index';

const known: Known = {
  topic: () => true,
  from: () => true,
  template: () => true,
  segment: () => true,
  teller: () => true,
  list: () => true,
};
const parse = (schedule: unknown, to: unknown = { segment: 'buyers' }) => {
  const problems = new Problems();
  return { trigger: parseTrigger({ schedule, to }, 't', known, problems), problems: problems.found };
};
const cron = (line: string, zone = 'Europe/Paris'): Trigger => parse({ cron: line, zone }).trigger!;
const plan = (trigger: Trigger, from: string, times: number): string[] => {
  const planned: string[] = [];
  for (let after = Date.parse(from); planned.length < times; after = Date.parse(planned.at(-1)!))
    planned.push(toIso(trigger.nextPlanned(after)!));
  return planned.map((iso) => iso.slice(0, 16));
};

describe('a schedule of one instant', () => {
  it.each([
    ['2026-12-03T09:00:00+01:00', '2026-12-03T08:00:00.000Z'],
    [{ local: '2026-12-03T09:00', zone: 'Europe/Paris' }, '2026-12-03T08:00:00.000Z'],
    [{ local: '2026-03-29T02:30', zone: 'Europe/Paris' }, '2026-03-29T01:30:00.000Z'],
    [{ local: '2026-10-25T02:30', zone: 'Europe/Paris' }, '2026-10-25T00:30:00.000Z'],
  ])('plans %j for %s', (at, expected) => {
    const { trigger } = parse({ at });
    const instant = Date.parse(expected);
    expect(trigger!.audience).toBe('buyers');
    expect(trigger!.nextPlanned(0)).toBe(instant);
    expect(trigger!.nextPlanned(instant - 1)).toBe(instant);
    expect(trigger!.nextPlanned(instant)).toBeUndefined();
    expect(trigger!.startedBy({ kind: 'planned', at: instant })).toBe(true);
    expect(trigger!.startedBy({ kind: 'planned', at: instant + 1 })).toBe(false);
  });

  it.each([
    [{}, 't.schedule.at', 'missing'],
    [{ at: '2026-12-03T09:00' }, 't.schedule.at', 'invalid'],
    [{ at: '2026-02-30T09:00:00Z' }, 't.schedule.at', 'invalid'],
    [{ at: { local: '2026-02-30T09:00', zone: 'UTC' } }, 't.schedule.at.local', 'invalid'],
    [{ at: { local: '2026-12-03T25:00', zone: 'UTC' } }, 't.schedule.at.local', 'invalid'],
    [{ at: { local: '2026-12-03T09:00', zone: 'Mars/Olympus' } }, 't.schedule.at.zone', 'invalid'],
    [{ at: { local: '2026-12-03T09:00', zone: 'contact' } }, 't.schedule.at.zone', 'invalid'],
    [{ at: '2026-12-03T09:00:00Z', cron: '* * * * *', zone: 'UTC' }, 't.schedule.at', 'unknown-field'],
    [{ cron: '* * * *', zone: 'UTC' }, 't.schedule.cron', 'invalid'],
    [{ cron: '* * * * * *', zone: 'UTC' }, 't.schedule.cron', 'invalid'],
    [{ cron: '? ? * * *', zone: 'UTC' }, 't.schedule.cron', 'invalid'],
    [{ cron: '@daily', zone: 'UTC' }, 't.schedule.cron', 'invalid'],
    [{ cron: '61 * * * *', zone: 'UTC' }, 't.schedule.cron', 'invalid'],
    [{ cron: '0 0 30 2 *', zone: 'UTC' }, 't.schedule.cron', 'never'],
    [{ cron: '0 9 * * 1' }, 't.schedule.zone', 'missing'],
  ])('refuses %j at %s', (schedule, path, code) => {
    const { problems } = parse(schedule);
    expect(problems.map((problem) => [problem.path, problem.code])).toEqual([[path, code]]);
  });

  it('refuses to go to nobody', () => {
    expect(parse({ at: '2026-12-03T09:00:00Z' }, null).problems[0]).toMatchObject({ path: 't.to' });
  });
});

describe('a cron schedule', () => {
  it('follows the clocks of its zone', () => {
    expect(plan(cron('0 9 * * 1'), '2026-10-14T00:00:00Z', 3)).toEqual([
      '2026-10-19T07:00',
      '2026-10-26T08:00',
      '2026-11-02T08:00',
    ]);
  });

  it('comes once in a repeated hour when it names its times', () => {
    expect(plan(cron('0,30 2 * * *'), '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-26T01:00',
    ]);
  });

  it('comes in both passes of a repeated hour when it goes by steps', () => {
    expect(plan(cron('*/30 2 * * *'), '2026-10-24T12:00:00Z', 5)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-26T01:00',
    ]);
  });

  it('comes at the end of a skipped hour when it names a time in it', () => {
    expect(plan(cron('30 2 * * *'), '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  it('always plans later instants, which it knows again', () => {
    const lines = fc.constantFrom(
      '0 9 * * 1',
      '30 2 * * *',
      '*/7 * * * *',
      '0 0 29 2 *',
      '0 0 L * *',
      '15 3 * * 5#2',
    );
    const zones = fc.constantFrom('Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'UTC');
    const instants = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });
    fc.assert(
      fc.property(lines, zones, instants, (line, zone, after) => {
        const trigger = cron(line, zone);
        const at = trigger.nextPlanned(after)!;
        expect(at).toBeGreaterThan(after);
        expect(trigger.startedBy({ kind: 'planned', at })).toBe(true);
        expect(at - after).toBeLessThan(9 * 366 * DAY);
      }),
    );
  });
});
