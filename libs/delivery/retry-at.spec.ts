import { DAY, MINUTE } from '@entente/kernel';
import { retryAt } from './retry-at';

const NEVER = Number.MAX_SAFE_INTEGER;

describe('retryAt', () => {
  it('waits long enough for a greylisting, then twice as long each time', () => {
    expect([1, 2, 3, 4].map((attempts) => retryAt(attempts, 0, NEVER)! / MINUTE)).toEqual([10, 20, 40, 80]);
  });

  it('gives up before the pauses add up to more than four days', () => {
    let now = 0;
    let attempts = 1;
    for (let at = retryAt(attempts, now, NEVER); at !== undefined; at = retryAt(attempts, now, NEVER)) {
      now = at;
      attempts += 1;
    }
    expect(now).toBeGreaterThan(3 * DAY);
    expect(now).toBeLessThanOrEqual(4 * DAY);
  });

  it('never tries at or after the expiry', () => {
    expect(retryAt(1, 0, 10 * MINUTE)).toBeUndefined();
    expect(retryAt(1, 0, 10 * MINUTE + 1)).toBe(10 * MINUTE);
  });
});
