import { HOUR, parseInstant, type Instant } from '@entente/kernel';

/** Times before this are mistakes (seconds read as milliseconds, a clock without a battery). */
export const EARLIEST: Instant = Date.UTC(1990, 0, 1);

export interface Times {
  readonly receivedAt: Instant;
  readonly sentAt: Instant | undefined;
}

/** The instant a field names, `undefined` when it is absent, `'wrong'` when it names none. */
export function readTime(value: unknown): Instant | undefined | 'wrong' {
  if (value === undefined || value === null) return undefined;
  return (typeof value === 'string' ? parseInstant(value) : undefined) ?? 'wrong';
}

/**
 * A client's time on our clock: timestamp − (sentAt − receivedAt), as the tracking spec has it, because both times come from
 * one clock that may be wrong by years. A `sentAt` more than an hour before the event it sends was set by another
 * clock; then the timestamp stays as it is.
 */
export function correctSkew(timestamp: Instant, { receivedAt, sentAt }: Times): Instant {
  if (sentAt === undefined || timestamp - sentAt > HOUR) return timestamp;
  return timestamp - (sentAt - receivedAt);
}
