import { Invalid } from '@entente/kernel';
import { referencesIn, segmentsNamed, type Rule } from '../rule';

/** A version of a segment as the book takes it. A segment has at most one live version and one that is being built. */
export interface SegmentVersion {
  readonly id: number;
  readonly segment: string;
  readonly status: 'building' | 'live';
  readonly rule: Rule;
}

/** Segments that name each other in a circle; `path` begins and ends with the same segment. */
export class SegmentCycle extends Invalid {
  /** `at` is the JSON path of the rule, or of the name in it, that closes the circle. */
  constructor(
    readonly path: readonly string[],
    at = 'rule',
  ) {
    const message = `These segments name each other in a circle: ${path.join(' → ')}.`;
    super(message, [{ path: at, code: 'segment-cycle', message, expected: 'segments without a circle' }]);
  }

  /** The same from one of the segments on, whose rule it is that has been written. */
  from(segment: string, rule: Rule): SegmentCycle {
    const circle = this.path.slice(1);
    const place = circle.indexOf(segment);
    if (place < 0) return this;
    const path = [...circle.slice(place), ...circle.slice(0, place), segment];
    const named = referencesIn(rule, 'segments', 'rule').find(({ key }) => key === path[1]);
    return new SegmentCycle(path, named?.path);
  }
}

/**
 * The versions with those that a version names before it. A segment's versions count as one here, so that a version
 * which is being built can go live at any time. Throws `SegmentCycle`.
 */
export function inDependencyOrder(versions: readonly SegmentVersion[]): readonly SegmentVersion[] {
  const bySegment = new Map<string, SegmentVersion[]>();
  for (const version of versions)
    bySegment.set(version.segment, [...(bySegment.get(version.segment) ?? []), version]);
  const names = new Map<string, Set<string>>();
  for (const [segment, own] of bySegment)
    names.set(
      segment,
      new Set(own.flatMap(({ rule }) => segmentsNamed(rule)).filter((key) => bySegment.has(key))),
    );
  return sortedSegments(names).flatMap((segment) => bySegment.get(segment)!);
}

function sortedSegments(names: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const namedBy = new Map<string, string[]>([...names.keys()].map((segment) => [segment, []]));
  for (const [segment, named] of names) for (const other of named) namedBy.get(other)!.push(segment);
  const open = new Map([...names].map(([segment, named]) => [segment, named.size]));
  const sorted = [...names.keys()].filter((segment) => open.get(segment) === 0);
  for (const segment of sorted)
    for (const other of namedBy.get(segment)!) {
      open.set(other, open.get(other)! - 1);
      if (open.get(other) === 0) sorted.push(other);
    }
  if (sorted.length < names.size) throw new SegmentCycle(circleIn(names, new Set(sorted)));
  return sorted;
}

/** Follows names among the segments that could not be sorted, each of which names another of them, until one comes again. */
function circleIn(names: ReadonlyMap<string, ReadonlySet<string>>, sorted: ReadonlySet<string>): string[] {
  const path = new Set<string>();
  let segment = [...names.keys()].find((key) => !sorted.has(key))!;
  while (!path.has(segment)) {
    path.add(segment);
    segment = [...names.get(segment)!].find((key) => !sorted.has(key))!;
  }
  const steps = [...path];
  return [...steps.slice(steps.indexOf(segment)), segment];
}

/** What a segment's name stands for in a version of either status: building for building where there is one, else live. */
export class VersionNames {
  private readonly byStatus = { building: new Map<string, number>(), live: new Map<string, number>() };

  constructor(versions: readonly SegmentVersion[]) {
    for (const { id, segment, status } of versions) this.byStatus[status].set(segment, id);
  }

  idOf(segment: string, from: SegmentVersion['status']): number | undefined {
    const building = from === 'building' ? this.byStatus.building.get(segment) : undefined;
    return building ?? this.byStatus.live.get(segment);
  }
}
