import { SECOND, type Instant, type Uuid } from '@entente/kernel';
import { RecentValues } from './recent-values';

interface Click {
  readonly link: number;
  readonly at: Instant;
}

/** Longer than the two seconds in which `libs/feedback` looks for bursts. */
const KEPT = 5 * SECOND;
const MOST_MESSAGES = 10_000;
const MOST_CLICKS = 50;

/** The clicks of the last seconds on each message, by which scanners that follow every link are known. */
export class LatestClicks {
  private readonly clicks = new RecentValues<readonly Click[]>(MOST_MESSAGES);

  /** The latest clicks on the message, this one included. */
  add(message: Uuid, click: Click): readonly Click[] {
    const before = (this.clicks.get(message) ?? []).filter(({ at }) => at > click.at - KEPT);
    const all = [...before, click].slice(-MOST_CLICKS);
    this.clicks.set(message, all);
    return all;
  }
}
