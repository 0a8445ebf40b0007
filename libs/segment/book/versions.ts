import { Invalid, type Instant } from '@entente/kernel';
import { parseRule } from '../parse';
import { segmentsNamed, tellersNamed, type Rule } from '../rule';

/**
 * A version of a segment as the book takes it. A segment has at most one version that is live for good and one that is being built; those that
 * were live before may still be asked for what happened until then.
 */
export interface SegmentVersion {
  readonly id: number;
  readonly segment: string;
  readonly status: 'building' | 'live';
  /** When another version took the place of this live one. */
  readonly until?: Instant;
  readonly rule: Rule;
}

/** As whom names of segments are read: a version that is being built names those built with it, one that was live those that were so until its end. */
export type Reader = Pick<SegmentVersion, 'status' | 'until'>;

/** Segments that name each other, or count each other's entries and exits, in a circle; `path` begins and ends with the same segment. */
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
    const named = parseRule(rule, 'rule', true).references.find(
      ({ to, key }) => (to === 'segment' || to === 'teller') && key === path[1],
    );
    return new SegmentCycle(path, named?.path);
  }
}

/**
 * The versions with those that a version names before it, or whose segments' entries and exits it counts. A segment's versions count as one here, so that a version
 * which is being built can go live at any time; but those that were replaced, which nothing that is newer names, only among themselves: what named
 * each other at different times is no circle. Throws `SegmentCycle`.
 */
export function inDependencyOrder(versions: readonly SegmentVersion[]): readonly SegmentVersion[] {
  const byEnd = new Map<Instant, SegmentVersion[]>();
  for (const version of versions) {
    const together = byEnd.get(endOf(version));
    if (together) together.push(version);
    else byEnd.set(endOf(version), [version]);
  }
  return [...byEnd].sort(([a], [b]) => b - a).flatMap(([, together]) => sortedTogether(together));
}

const goesBy = ({ rule }: SegmentVersion): string[] => [...segmentsNamed(rule), ...tellersNamed(rule)];

const endOf = ({ until = Infinity }: SegmentVersion): Instant => until;

function sortedTogether(versions: readonly SegmentVersion[]): readonly SegmentVersion[] {
  const bySegment = new Map<string, SegmentVersion[]>();
  for (const version of versions)
    bySegment.set(version.segment, [...(bySegment.get(version.segment) ?? []), version]);
  const names = new Map<string, Set<string>>();
  for (const [segment, own] of bySegment)
    names.set(segment, new Set(own.flatMap(goesBy).filter((key) => bySegment.has(key))));
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

/**
 * What a segment's name stands for in a version: building for building where there is one, else live, and of what was live before, what was so
 * until the version itself was replaced.
 */
export class VersionNames {
  private readonly building = new Map<string, number>();
  /** The first of each is the one that is replaced first. */
  private readonly live = new Map<string, SegmentVersion[]>();

  constructor(versions: readonly SegmentVersion[]) {
    for (const version of [...versions].sort((a, b) => endOf(a) - endOf(b)))
      if (version.status === 'building') this.building.set(version.segment, version.id);
      else this.live.set(version.segment, [...(this.live.get(version.segment) ?? []), version]);
  }

  idOf(segment: string, { status, until = Infinity }: Reader): number | undefined {
    const building = status === 'building' ? this.building.get(segment) : undefined;
    return building ?? this.live.get(segment)?.find((version) => endOf(version) >= until)?.id;
  }
}
