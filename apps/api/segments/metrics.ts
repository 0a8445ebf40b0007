import { DAY, type Instant, toIso } from '@entente/kernel';
import type { DayOfVersion, VersionRun } from '@entente/storage';
import { Shown } from '../http/views';

export class SegmentDay {
  @Shown(String, { description: 'A day of UTC.' }) day!: string;
  @Shown('integer', {
    nullable: true,
    description: 'The version that was live at the end of the day; null before the first.',
  })
  version!: number | null;
  @Shown('integer', { nullable: true, description: 'Members at the end of the day.' }) members!:
    number | null;
  @Shown('integer', { description: 'Entries of that day while a version was live.' })
  entered!: number;
  @Shown('integer', { description: 'Exits of that day, as `entered` are its entries.' }) left!: number;
  @Shown('integer', {
    description:
      'By how many another version changed the members when it went live: members = those before + entered - left + swapped.',
  })
  swapped!: number;
}

/** The UTC days from one up to another, the last included. `now` is when the last of them ends, if it is today. */
export interface Days {
  readonly from: Instant;
  readonly to: Instant;
  readonly now: Instant;
}

/** What happened to a segment day by day, from what its log has of each version. */
export function daysOf(
  { from, to, now }: Days,
  versions: readonly VersionRun[],
  counted: readonly DayOfVersion[],
): SegmentDay[] {
  const at = new Map(counted.map((one) => [placeOf(one.versionId, one.day?.getTime()), one]));
  const members = new Map(versions.map(({ id }) => [id, at.get(placeOf(id))?.net ?? 0]));
  let before = membersOf(liveAt(versions, from), members);
  const days: SegmentDay[] = [];
  for (let day = from; day <= to; day += DAY) {
    const today = versions.flatMap(({ id }) => at.get(placeOf(id, day)) ?? []);
    for (const { versionId, net } of today) members.set(versionId, members.get(versionId)! + net);
    const live = liveAt(versions, Math.min(day + DAY, now));
    const after = membersOf(live, members);
    const entered = sum(today.map((one) => one.entered));
    const left = sum(today.map((one) => one.left));
    days.push({
      day: toIso(day).slice(0, 10),
      version: live?.version ?? null,
      members: live ? after : null,
      entered,
      left,
      swapped: after - before - entered + left,
    });
    before = after;
  }
  return days;
}

const placeOf = (version: number, day?: Instant): string => `${version} ${day ?? 'before'}`;

const membersOf = (version: VersionRun | undefined, members: ReadonlyMap<number, number>): number =>
  version ? members.get(version.id)! : 0;

/** The version that is live just before an instant. */
const liveAt = (versions: readonly VersionRun[], instant: Instant): VersionRun | undefined =>
  versions.findLast(
    ({ liveAt, retiredAt }) =>
      liveAt !== null && liveAt.getTime() < instant && (retiredAt?.getTime() ?? Infinity) >= instant,
  );

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
