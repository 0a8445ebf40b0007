import type { Instant } from '@entente/kernel';
import type { Moment, Tracked } from '../../conditions/kind';
import type { Amount, Amounts } from '../../memories/amounts';
import type { Period } from '../period';
import type { Gauge, Gauging } from './gauge';

/** The amounts of one list that a period has at an instant, and what comes next in it and goes next out of it as time goes on. */
class Lane {
  private readonly listed: readonly Amount[];
  private next = 0;
  private oldest = 0;

  constructor(
    kept: Amounts | undefined,
    private readonly period: Period,
    private readonly gauge: Gauge,
    private readonly place: number,
    private readonly moment: Moment,
  ) {
    const listed = kept?.[2] ?? [];
    const { now, zone } = moment;
    this.listed = listed;
    const [after, until] = [period.opensAfter(now, zone), period.lastsUntil(now, zone)];
    while (this.oldest < listed.length && listed[this.oldest]![0] <= after) this.oldest += 1;
    this.next = this.oldest;
    while (this.next < listed.length && listed[this.next]![0] <= until) this.enter();
  }

  /** When something next comes or goes; infinity: never. */
  moves(): Instant {
    return Math.min(this.nextEnters(), this.oldestLeaves());
  }

  goTo(at: Instant): void {
    while (this.nextEnters() <= at) this.enter();
    while (this.oldestLeaves() <= at) this.leave();
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
    this.gauge.enter(this.listed[this.next++]![1], this.place);
  }

  private leave(): void {
    this.gauge.leave(this.listed[this.oldest++]![1], this.place);
  }
}

/** Lists that are gauged together. */
class Walk {
  readonly gauge: Gauge;
  private readonly lanes: readonly Lane[];

  constructor(all: readonly (Amounts | undefined)[], period: Period, gauging: Gauging, moment: Moment) {
    this.gauge = gauging(...all.map((kept) => kept?.[1] ?? null));
    this.lanes = all.map((kept, place) => new Lane(kept, period, this.gauge, place, moment));
  }

  /** Goes on to the next instant at which something comes or goes, and says when that is. */
  step(): Instant | undefined {
    const at = this.lanes.reduce((first, lane) => Math.min(first, lane.moves()), Infinity);
    if (at === Infinity) return undefined;
    for (const lane of this.lanes) lane.goTo(at);
    return at;
  }
}

/** A measure over the amounts of some lists in a period: it goes through them as time will, to the instant at which the truth changes. */
export function walkOver(
  amountsIn: (moment: Moment) => readonly (Amounts | undefined)[],
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
