import { DAY, parseDuration, type Duration, type Instant, type JsonObject } from '@entente/kernel';
import {
  evaluate,
  withCreated,
  type Facts,
  type HistoryEvent,
  type Rule,
  type SegmentVersion,
} from '@entente/segment';
import { dayOf, startOf } from '../../libs/segment/calendar';
import { dateIn, instantOf } from '../../libs/segment/comparisons/date';
import { once } from '../../libs/segment/comparisons/once';
import { inEventOrder } from '../../libs/segment/facts';
import { conditionsOf } from '../../libs/segment/rule';
import { zoneOfRules, zones, type Scale } from './scale';

/** The definition, with names of segments resolved as DESIGN says, and nothing else in common with the book. */
export class Definition {
  comparisons = 0;
  readonly history: HistoryEvent[] = [];
  traits: JsonObject;
  /** How long after an event something may move: a window, or a window after the end of a sequence that waits for it. */
  private readonly lengths: readonly Duration[];

  constructor(
    readonly contact: string,
    readonly versions: readonly SegmentVersion[],
    private readonly scale: Scale,
    extra: readonly Rule[] = [],
  ) {
    this.traits = withCreated({}, scale.start);
    const windows = scale.windows.map(({ length }) => length);
    const waits = waitsIn([...versions.map(({ rule }) => rule), ...extra]);
    this.lengths = [
      ...windows,
      ...waits.flatMap((wait) => [wait, ...windows.map((length) => wait + length)]),
    ];
  }

  members(now: Instant): Set<number> {
    return new Set(this.versions.filter((version) => this.isMember(version, now)).map(({ id }) => id));
  }

  holds(
    rule: Rule,
    { status, until = Infinity }: Pick<SegmentVersion, 'status' | 'until'>,
    now: Instant,
  ): boolean {
    const memberOf = (segment: string): boolean => {
      const own = this.versions.filter((version) => version.segment === segment);
      const building = own.find((version) => version.status === 'building');
      const live = own
        .filter((version) => version.status === 'live' && (version.until ?? Infinity) >= until)
        .sort((a, b) => (a.until ?? Infinity) - (b.until ?? Infinity));
      const version = (status === 'building' ? building : undefined) ?? live[0];
      return version !== undefined && this.isMember(version, now);
    };
    const { contact, traits, history, scale } = this;
    const facts: Facts = { contact, traits, timeZone: scale.timeZone, history, memberOf };
    return evaluate(rule, facts, now);
  }

  /** Every instant between two at which a window or the calendar could move something, and its neighbors. */
  boundaries(after: Instant, before: Instant): Instant[] {
    const lived = this.history.flatMap(({ at }) => this.lengths.map((length) => at + length));
    const at = [...lived, ...foreseen(this.scale)].filter((one) => one + 1 > after && one - 1 < before);
    const all = new Set(at.flatMap((instant) => [instant - 1, instant, instant + 1]));
    return [...all].filter((one) => one > after && one < before).sort((a, b) => a - b);
  }

  /** Whether an event is the last of the history in event order. */
  isInOrder(event: HistoryEvent): boolean {
    return this.history.every((one) => inEventOrder(one, event) <= 0);
  }

  private isMember(version: SegmentVersion, now: Instant): boolean {
    return this.holds(version.rule, version, now);
  }
}

/** How long after an event sequences wait for what must not follow. */
const waitsIn = (rules: readonly Rule[]): Duration[] => {
  const parts = rules.flatMap(conditionsOf).flatMap((one) => ('sequence' in one ? one.sequence : []));
  return [...new Set(parts.flatMap((part) => ('not' in part ? [parseDuration(part.within)! + 1] : [])))];
};

/** The boundaries that do not depend on what happens: of dates, and of days. */
const foreseen = once((scale: Scale): Instant[] => [...new Set([...ofDates(scale), ...ofDays(scale)])]);

function ofDates({ dates, windows }: Scale): Instant[] {
  const instants = dates.flatMap((text) => everyZone.map((zone) => instantOf(dateIn(text)!, zone)));
  return instants.flatMap((at) => [at, ...windows.flatMap(({ length }) => [at - length, at + length])]);
}

function ofDays({ start, rest }: Scale): Instant[] {
  const first = dayOf(start, 'UTC') - 1;
  const days = Array.from({ length: Math.ceil((2 * rest) / DAY) + 2 }, (_, index) => first + index);
  return days.flatMap((day) => everyZone.map((zone) => startOf(day, zone)));
}

const everyZone = ['UTC', zoneOfRules, ...zones];
