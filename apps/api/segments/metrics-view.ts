import { DAY, Invalid, type Instant, parseInstant } from '@entente/kernel';
import type { VersionRun } from '@entente/storage';
import type { Cell } from '../http/csv';
import { DayText } from '../http/fields';
import { Shown, ShownList } from '../http/views';
import { type Days, SegmentDay } from './metrics';
import { SegmentCost } from './preview-view';

const MOST_DAYS = 400;
const USUAL_DAYS = 30;

export class MetricsQuery {
  @DayText({ optional: true, description: `The first day, of UTC (${USUAL_DAYS} days, \`to\` included).` })
  from?: string;

  @DayText({
    optional: true,
    description: `The last day, of UTC; at most ${MOST_DAYS} days from the first (today).`,
  })
  to?: string;
}

export class BuildCost {
  @Shown('integer', { description: 'Contacts that the builder evaluated for the newest version.' })
  contacts!: number;
  @Shown(Number, {
    description: 'How long it worked at that, rests left out, and the versions built beside it included.',
  })
  seconds!: number;
  @Shown(Number, { nullable: true }) millisecondsPerContact!: number | null;
}

export class SegmentMetrics {
  @Shown(String) segment!: string;
  @ShownList(SegmentDay, { description: 'The oldest first.' }) days!: SegmentDay[];
  @Shown(SegmentCost, { description: 'Of the newest version.' }) cost!: SegmentCost;
  @Shown(BuildCost) build!: BuildCost;
}

/** The days that are asked about, up to today; 422 where they are none or too many. */
export function daysAsked({ from, to }: MetricsQuery, now: Instant): Days {
  const today = now - (now % DAY);
  const last = to === undefined ? today : Math.min(startOf(to), today);
  const first = from === undefined ? last - (USUAL_DAYS - 1) * DAY : startOf(from);
  if (first > last) throw Invalid.at('from', 'range', 'There are no days between.', 'a day not after `to`');
  if (last - first >= MOST_DAYS * DAY)
    throw Invalid.at('from', 'range', 'These are too many days.', `at most ${MOST_DAYS} days`);
  return { from: first, to: last, now };
}

const startOf = (day: string): Instant => parseInstant(`${day}T00:00:00Z`)!;

export const showBuild = ({ built, buildMs }: VersionRun): BuildCost => ({
  contacts: built,
  seconds: buildMs / 1_000,
  millisecondsPerContact: built === 0 ? null : buildMs / built,
});

export const metricsHeader: readonly string[] = ['day', 'version', 'members', 'entered', 'left', 'swapped'];

export const metricsRow = (day: SegmentDay): Cell[] => [
  day.day,
  day.version,
  day.members,
  day.entered,
  day.left,
  day.swapped,
];
