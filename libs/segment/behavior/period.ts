import { DAY, type Duration, type Instant } from '@entente/kernel';
import { beginningOf, unitAt } from '../calendar-unit';
import { spanOver, unitsIn, type During } from '../during';
import { spanOf, type Window } from '../window';
import { instantOf, slackOf, isDay, type Mark } from './mark';
import { isWindow, type PeriodFields } from './parse-period';

/** A period taken apart. `zone` is the IANA name of the contact's time zone. */
export interface Period {
  /** What happened later than this instant, and what happened no later than that, counts at `now`. */
  opensAfter(now: Instant, zone: string): Instant;
  lastsUntil(now: Instant, zone: string): Instant;
  /** From which instant on what happened at `at` counts, and no longer counts. Of two that happened, the later does so no earlier. */
  entersAt(at: Instant, zone: string): Instant;
  leavesAt(at: Instant, zone: string): Instant;
  /** Whether anything is too long ago to count, and whether it takes a while until something does. */
  readonly begins: boolean;
  readonly ends: boolean;
  /** Whether the contact's zone matters. */
  readonly byZone: boolean;
  /** Whether time alone makes things count or not. */
  readonly moves: boolean;
  readonly reach: Reach;
}

/**
 * How far a period reaches. Back from now: what is longer ago than `back` counts for good (`in`) or never more (`out`). Or from
 * one fixed point to another, which in some time zones are up to `slack` away.
 */
export type Reach =
  | { readonly back: Duration; readonly older: 'in' | 'out' }
  | { readonly from: Instant | null; readonly to: Instant | null; readonly slack: Duration };

const ALWAYS: Period = {
  opensAfter: () => -Infinity,
  lastsUntil: (now) => now,
  entersAt: () => -Infinity,
  leavesAt: () => Infinity,
  begins: false,
  ends: false,
  byZone: false,
  moves: false,
  reach: { back: 0, older: 'in' },
};

/** The period that `parsePeriod` read. */
export function periodOf({ within, before, after, during, between }: PeriodFields): Period {
  if (within !== undefined) return fromWindow(within);
  if (before !== undefined) return isWindow(before) ? toWindow(before) : betweenMarks(undefined, before);
  if (after !== undefined) return betweenMarks(after, undefined);
  if (during !== undefined) return fromUnits(during);
  if (between === undefined) return ALWAYS;
  const [begin, end] = between;
  return isWindow(begin) ? betweenWindows(begin, end) : betweenMarks(begin, end as Mark);
}

function fromWindow(window: Window): Period {
  const { opensAfter, leavesAt, byZone, longest } = spanOf(window);
  return {
    ...ALWAYS,
    opensAfter,
    leavesAt,
    begins: true,
    byZone,
    moves: true,
    reach: { back: longest, older: 'out' },
  };
}

/** The same period of what is known before it happens: nothing counts any sooner. */
export const foreseen = (period: Period): Period => ({
  ...period,
  entersAt: (at, zone) => Math.max(at, period.entersAt(at, zone)),
  moves: true,
});

/** What is no longer inside a window is longer ago. */
function toWindow(window: Window): Period {
  const { opensAfter, leavesAt, byZone, longest } = spanOf(window);
  return {
    ...ALWAYS,
    lastsUntil: opensAfter,
    entersAt: leavesAt,
    ends: true,
    byZone,
    moves: true,
    reach: { back: longest, older: 'in' },
  };
}

function betweenWindows(longer: Window, shorter: Window): Period {
  const { lastsUntil, entersAt } = toWindow(shorter);
  return { ...fromWindow(longer), lastsUntil, entersAt, ends: true };
}

function fromUnits(during: During): Period {
  const { unit, first, last } = unitsIn(during);
  return {
    ...ALWAYS,
    opensAfter: (now, zone) => beginningOf(unit, unitAt(unit, now, zone) + first, zone) - 1,
    leavesAt: (at, zone) => beginningOf(unit, unitAt(unit, at, zone) - first + 1, zone),
    ...(last < 0 && {
      lastsUntil: (now, zone) => beginningOf(unit, unitAt(unit, now, zone) + last + 1, zone) - 1,
      entersAt: (at, zone) => beginningOf(unit, unitAt(unit, at, zone) - last, zone),
    }),
    begins: true,
    ends: last < 0,
    byZone: unit.zone === undefined,
    moves: true,
    reach: { back: spanOver(unit, 1 - first) + 2 * DAY, older: 'out' },
  };
}

function betweenMarks(from: Mark | undefined, to: Mark | undefined): Period {
  const marks = [from, to].filter((mark) => mark !== undefined);
  const inUtc = (mark: Mark | undefined): Instant | null =>
    mark === undefined ? null : instantOf(mark, 'UTC');
  return {
    ...ALWAYS,
    opensAfter: (_, zone) => (from === undefined ? -Infinity : instantOf(from, zone) - 1),
    lastsUntil: (now, zone) => (to === undefined ? now : Math.min(now, instantOf(to, zone) - 1)),
    entersAt: (at, zone) => (to !== undefined && at >= instantOf(to, zone) ? Infinity : -Infinity),
    begins: from !== undefined,
    ends: to !== undefined,
    byZone: marks.some(isDay),
    reach: { from: inUtc(from), to: inUtc(to), slack: Math.max(...marks.map(slackOf)) },
  };
}
