import type { Instant } from '@entente/kernel';
import type { Moment, Tracked } from '../../conditions/kind';
import type { Amount, Amounts } from '../../memories/amounts';
import type { Period } from '../period';
import type { Gauge, Gauging } from './gauge';

/** The amounts that a period has at an instant, and what comes next in it and goes next out of it as time goes on. */
class Walk {
  readonly gauge: Gauge;
  private readonly listed: readonly Amount[];
  private next = 0;
  private oldest = 0;

  constructor(
    kept: Amounts | undefined,
    private readonly period: Period,
    gauging: Gauging,
    private readonly moment: Moment,
  ) {
    const [, forGood, listed] = kept ?? [0, null, []];
    const { now, zone } = moment;
    this.gauge = gauging(forGood);
    this.listed = listed;
    const [after, until] = [period.opensAfter(now, zone), period.lastsUntil(now, zone)];
    while (this.oldest < listed.length && listed[this.oldest]![0] <= after) this.oldest += 1;
    this.next = this.oldest;
    while (this.next < listed.length && listed[this.next]![0] <= until) this.enter();
  }

  /** Goes on to the next instant at which something comes or goes, and says when that is. */
  step(): Instant | undefined {
    const at = Math.min(this.nextEnters(), this.oldestLeaves());
    if (at === Infinity) return undefined;
    while (this.nextEnters() <= at) this.enter();
    while (this.oldestLeaves() <= at) this.leave();
    return at;
  }

  private nextEnters(): Instant {
    const amount = this.listed[this.next];
    return amount ? this.period.entersAt(amount[0], this.moment.zone) : Infinity;
  }

  private oldestLeaves(): Instant {
    const amount = this.oldest < this.next ? this.listed[this.oldest] : undefined;
    return amount ? this.period.leavesAt(amount[0], this.moment.zone) : Infinity;
  }

  private enter(): void {
    this.gauge.enter(this.listed[this.next++]![1]);
  }

  private leave(): void {
    this.gauge.leave(this.listed[this.oldest++]![1]);
  }
}

/** A measure over the amounts in a period: it goes through them as time will, to the instant at which the truth changes. */
export function walkOver(
  amountsIn: (moment: Moment) => Amounts | undefined,
  period: Period,
  gauging: Gauging,
): Tracked {
  const walk = (moment: Moment): Walk => new Walk(amountsIn(moment), period, gauging, moment);
  return {
    holds: (moment) => walk(moment).gauge.passes(),
    ...(period.moves && {
      changesAt(moment: Moment): Instant | undefined {
        const ahead = walk(moment);
        const before = ahead.gauge.passes();
        for (let at = ahead.step(); at !== undefined; at = ahead.step())
          if (ahead.gauge.passes() !== before) return at;
        return undefined;
      },
    }),
  };
}
