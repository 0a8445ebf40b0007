import { DAY, MINUTE, type Duration, type Instant } from '@entente/kernel';

/** The first pause outlasts a usual greylisting. */
const FIRST_PAUSE = 10 * MINUTE;
/** RFC 5321 section 4.5.4.1: give up after four to five days. */
const GIVE_UP_AFTER = 4 * DAY;

/**
 * When to try a message again after `attempts` tries (one or more): pauses that double from `first` on. Undefined when the
 * message should be given up, because the pauses would add up to more than four days or the message expires before.
 */
export function retryAt(
  attempts: number,
  now: Instant,
  expiresAt: Instant,
  first: Duration = FIRST_PAUSE,
): Instant | undefined {
  const pause = first * 2 ** (attempts - 1);
  const pausesSoFar = pause - first;
  const at = now + pause;
  return pausesSoFar + pause > GIVE_UP_AFTER || at >= expiresAt ? undefined : at;
}
