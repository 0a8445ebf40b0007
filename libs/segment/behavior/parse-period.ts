import { expectedDuring, parseDuring, unitsIn, type During } from '../during';
import { below, quote, type Findings } from '../findings';
import { isLonger, parseWindow, type Window } from '../window';
import { expectedMark, instantOf, isDay, parseMark, type Mark } from './mark';

/** When something counts: one of these, or none for ever. */
export interface PeriodFields {
  readonly within?: Window;
  /** Longer ago than a window, or before a fixed point. */
  readonly before?: Window | Mark;
  /** From a fixed point on. */
  readonly after?: Mark;
  /** Units of the calendar, none of them to come. */
  readonly during?: During;
  /** Two windows, the longer first, or two fixed points, the earlier first. */
  readonly between?: readonly [Window, Window] | readonly [Mark, Mark];
}

const isBoundary = (name: string): boolean => ['within', 'before', 'after'].includes(name);

type Parser = (raw: unknown, path: string, findings: Findings) => unknown;

const parsers = {
  within: parseWindow,
  before: parseBoundary,
  after: parseMark,
  during: parseDuringPast,
  between: parseBetween,
} satisfies Record<keyof PeriodFields, Parser>;

export const periodNames = Object.keys(parsers) as (keyof PeriodFields)[];

/** When something counts, of all that a condition says. */
export const periodIn = (fields: PeriodFields): PeriodFields =>
  Object.fromEntries(periodNames.map((name) => [name, fields[name]]));

/** Whether a boundary is so long ago, and not at a fixed point. */
export const isWindow = (raw: unknown): raw is Window => typeof raw !== 'string' || raw.startsWith('P');

/** The period among a condition's fields, in its canonical form. */
export function parsePeriod(
  fields: Readonly<Record<string, unknown>>,
  path: string,
  findings: Findings,
): PeriodFields {
  const written = periodNames.filter((name) => fields[name] !== undefined);
  const read = written.map((name) => [name, parsers[name](fields[name], below(path, name), findings)]);
  return Object.fromEntries(read) as PeriodFields;
}

/** Says so when more than one of some fields is there, which exclude each other. */
export function refuseSeveral(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
  path: string,
  findings: Findings,
): void {
  const written = names.filter((name) => fields[name] !== undefined);
  if (written.length > 1)
    findings.add(
      path,
      'several',
      `This says ${written.map(quote).join(' and ')} at once${written.every(isBoundary) ? ', which "between" does for one stretch of time' : ': combine two conditions with "all"'}.`,
      `at most one of ${names.join(', ')}`,
    );
}

function parseBoundary(raw: unknown, path: string, findings: Findings): Window | Mark | undefined {
  if (typeof raw === 'object' && raw !== null) return parseWindow(raw, path, findings);
  return typeof raw === 'string' && isWindow(raw)
    ? parseWindow(raw, path, findings)
    : parseMark(raw, path, findings);
}

function parseDuringPast(raw: unknown, path: string, findings: Findings): During | undefined {
  const during = parseDuring(raw, path, findings);
  return during && unitsIn(during).last > 0
    ? findings.add(path, 'during', 'What is to come has not happened.', `${expectedDuring}, none above 0`)
    : during;
}

const expectedPair = `a list of two: windows, the longer first, as ["P60D", "P30D"] or [{ "calendar": "P2M" }, { "calendar": "P1M" }]; or ${expectedMark}, the earlier first`;

function parseBetween(raw: unknown, path: string, findings: Findings): PeriodFields['between'] | undefined {
  if (!Array.isArray(raw) || raw.length !== 2)
    return findings.add(path, 'between', 'A stretch of time has a beginning and an end.', expectedPair);
  const [begin, end] = raw.map((one, index) => parseBoundary(one, below(path, index), findings));
  if (begin === undefined || end === undefined) return undefined;
  return inOrder(begin, end)
    ? ([begin, end] as PeriodFields['between'])
    : findings.add(path, 'between', 'These two are not in order, or not of one kind.', expectedPair);
}

function inOrder(begin: Window | Mark, end: Window | Mark): boolean {
  if (isWindow(begin) !== isWindow(end)) return false;
  if (isWindow(begin)) return isLonger(begin, end);
  return isDay(begin) === isDay(end as Mark) && instantOf(begin, 'UTC') < instantOf(end as Mark, 'UTC');
}
