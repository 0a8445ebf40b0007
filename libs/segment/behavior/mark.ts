import { DAY, parseInstant, toIso, type Duration, type Instant } from '@entente/kernel';
import { startOf } from '../calendar';
import { plainDay } from '../comparisons/date';
import type { Findings } from '../findings';

/** A fixed point in time: an instant (`2026-01-31T09:00:00.000Z`), or the beginning of a day in the contact's zone (`2026-01-31`). */
export type Mark = string;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** The beginnings of a day in all zones that ever were are no further from that in UTC, skipped days included. */
const AROUND_THE_WORLD: Duration = 3 * DAY;

export const expectedMark =
  'an instant with its offset, such as "2026-01-31T09:00:00Z", or a day, such as "2026-01-31", of the years 1900 to 2199';

export const isDay = (mark: Mark): boolean => DATE.test(mark);

/** A point in time in its canonical form. */
export function parseMark(raw: unknown, path: string, findings: Findings): Mark | undefined {
  const text = typeof raw === 'string' ? raw : '';
  if (isDay(text) && parseInstant(`${text}T00:00:00Z`) !== undefined) return text;
  const instant = parseInstant(text);
  return instant === undefined
    ? findings.add(path, 'instant', 'That is no instant and no day.', expectedMark)
    : toIso(instant);
}

export const instantOf = (mark: Mark, zone: string): Instant =>
  isDay(mark) ? startOf(plainDay(mark)!, zone) : parseInstant(mark)!;

/** How far its instants in all time zones are from that in UTC. */
export const slackOf = (mark: Mark): Duration => (isDay(mark) ? AROUND_THE_WORLD : 0);
