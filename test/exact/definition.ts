import { DAY, type Instant, type JsonObject } from '@entente/kernel';
import { evaluate, type Facts, type HistoryEvent, type Rule, type SegmentVersion } from '@entente/segment';
import { dayOf, startOf } from '../../libs/segment/calendar';
import { inEventOrder } from '../../libs/segment/facts';
import { zones, type Scale } from './scale';

/** The definition, with names of segments resolved as DESIGN says, and nothing else in common with the book. */
export class Definition {
  comparisons = 0;
  readonly history: HistoryEvent[] = [];
  traits: JsonObject = {};

  constructor(
    readonly contact: string,
    readonly versions: readonly SegmentVersion[],
    private readonly scale: Scale,
  ) {}

  members(now: Instant): Set<number> {
    return new Set(this.versions.filter((version) => this.isMember(version, now)).map(({ id }) => id));
  }

  holds(rule: Rule, status: SegmentVersion['status'], now: Instant): boolean {
    const memberOf = (segment: string): boolean => {
      const named = (wanted: string): SegmentVersion | undefined =>
        this.versions.find((version) => version.segment === segment && version.status === wanted);
      const version = (status === 'building' ? named('building') : undefined) ?? named('live');
      return version !== undefined && this.isMember(version, now);
    };
    const { contact, traits, history, scale } = this;
    const facts: Facts = { contact, traits, timeZone: scale.timeZone, history, memberOf };
    return evaluate(rule, facts, now);
  }

  /** Every instant at which a window or the calendar could move something, and its neighbors. */
  boundaries(): Instant[] {
    const { windows } = this.scale;
    const lived = this.history.map(({ at }) => at);
    const at = lived
      .flatMap((instant) => windows.map(({ length }) => instant + length))
      .concat(this.midnights());
    return [...new Set(at.flatMap((instant) => [instant - 1, instant, instant + 1]))].sort((a, b) => a - b);
  }

  private midnights(): Instant[] {
    const { start, rest } = this.scale;
    const first = dayOf(start, 'UTC') - 1;
    const days = Array.from({ length: Math.ceil((2 * rest) / DAY) + 2 }, (_, index) => first + index);
    return days.flatMap((day) => ['UTC', ...zones].map((zone) => startOf(day, zone)));
  }

  /** Whether an event is the last of the history in event order. */
  isInOrder(event: HistoryEvent): boolean {
    return this.history.every((one) => inEventOrder(one, event) <= 0);
  }

  private isMember({ rule, status }: SegmentVersion, now: Instant): boolean {
    return this.holds(rule, status, now);
  }
}
