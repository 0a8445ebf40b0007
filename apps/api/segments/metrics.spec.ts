import { DAY } from '@entente/kernel';
import type { DayOfVersion, VersionRun } from '@entente/storage';
import { daysOf } from './metrics';

const monday = Date.UTC(2026, 0, 5);
const version = (id: number, liveDay: number | null, retiredDay: number | null = null): VersionRun => ({
  id,
  version: id,
  liveAt: liveDay === null ? null : new Date(monday + liveDay * DAY),
  retiredAt: retiredDay === null ? null : new Date(monday + retiredDay * DAY),
  built: 0,
  buildMs: 0,
});
const counted = (
  versionId: number,
  day: number | null,
  net: number,
  entered = 0,
  left = 0,
): DayOfVersion => ({
  versionId,
  day: day === null ? null : new Date(monday + day * DAY),
  net,
  entered,
  left,
});
const days = (versions: VersionRun[], counts: DayOfVersion[], now = 4 * DAY) =>
  daysOf({ from: monday, to: monday + 3 * DAY, now: monday + now }, versions, counts).map(
    ({ version: number, members, entered, left, swapped }) => [number, members, entered, left, swapped],
  );

describe('the days of a segment', () => {
  it('carry on from what came before, and on days without a change', () => {
    const counts = [counted(1, null, 10), counted(1, 0, 2, 3, 1), counted(1, 2, -4, 0, 4)];
    expect(days([version(1, -9)], counts)).toEqual([
      [1, 12, 3, 1, 0],
      [1, 12, 0, 0, 0],
      [1, 8, 0, 4, 0],
      [1, 8, 0, 0, 0],
    ]);
  });

  it('tell a swap from entries: whom a build brings in has not entered', () => {
    const counts = [
      counted(1, null, 10),
      counted(1, 1, 1, 1, 0),
      counted(1, 2, 5, 0, 0),
      counted(2, 1, 30, 0, 0),
      counted(2, 2, 2, 2, 0),
    ];
    expect(days([version(1, -9, 1.5), version(2, 1.5)], counts)).toEqual([
      [1, 10, 0, 0, 0],
      [2, 30, 1, 0, 19],
      [2, 32, 2, 0, 0],
      [2, 32, 0, 0, 0],
    ]);
  });

  it('have no members before the first version is live, nor of one that is being built', () => {
    expect(days([version(1, 2.5), version(2, null)], [counted(1, 2, 7), counted(2, 1, 9)])).toEqual([
      [null, null, 0, 0, 0],
      [null, null, 0, 0, 0],
      [1, 7, 0, 0, 7],
      [1, 7, 0, 0, 0],
    ]);
  });

  it('take for the version of today the one that is live now', () => {
    const versions = [version(1, -9, 3.25), version(2, 3.25)];
    expect(days(versions, [counted(1, null, 4), counted(2, 3, 6)], 3.5 * DAY).at(-1)).toEqual([
      2, 6, 0, 0, 2,
    ]);
  });

  it('always add up', () => {
    const counts = [counted(1, null, 3), counted(1, 0, 2, 4, 1), counted(2, 0, 9), counted(2, 1, -1, 1, 2)];
    let before = 3;
    for (const [, members, entered, left, swapped] of days([version(1, -1, 0.5), version(2, 0.5)], counts)) {
      expect(members).toBe(before + entered! - left! + swapped!);
      before = members!;
    }
  });
});
