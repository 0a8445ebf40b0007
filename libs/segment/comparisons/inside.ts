import { bounds } from '../bounds';
import { below, type Findings } from '../findings';
import { closed } from '../schema/schema';
import type { Operator } from './operator';
import { expectedPlace, parsePlace, placeIn, placeSchemas, type Place } from './place';

/** A place on the plane of longitude and latitude, in billionths of a degree: whole numbers, so that nothing is rounded on the way. */
interface Point {
  readonly x: number;
  readonly y: number;
}

type Edge = readonly [from: Point, to: Point];

const DEGREE = 1e9;
const AROUND = 360 * DEGREE;
const FEWEST = 3;

const expected = `a list of ${FEWEST} to ${bounds.corners} corners { ${expectedPlace} } in their order around the area, which has neither a pole in it nor an edge halfway around the earth`;

/** A place in a polygon or on its border. */
export const inside: Operator<readonly Place[]> = {
  expected,
  schema: {
    type: 'array',
    items: closed(placeSchemas, ['latitude', 'longitude']),
    minItems: FEWEST,
    maxItems: bounds.corners,
  },

  parse(raw, path, findings) {
    if (!Array.isArray(raw) || raw.length < FEWEST || raw.length > bounds.corners) return undefined;
    const corners = raw.map((one, place) => parseCorner(one, below(path, place), findings));
    if (corners.includes(undefined)) return undefined;
    const each = withoutRepetition(corners as Place[]);
    const problem = problemOf(each);
    return problem === undefined ? each : findings.add(path, 'polygon', problem, expected);
  },

  test(operand) {
    const edges = edgesOf(operand);
    const xs = edges.map(([{ x }]) => x);
    const [west, east] = [Math.min(...xs), Math.max(...xs)];
    return (value) => {
      const place = placeIn(value);
      if (!place) return false;
      const { x, y } = pointOf(place);
      const first = x + Math.ceil((west - x) / AROUND) * AROUND;
      for (let same = first; same <= east; same += AROUND) if (isIn(edges, { x: same, y })) return true;
      return false;
    };
  },

  steps: (operand) => operand.length,
};

function parseCorner(raw: unknown, path: string, findings: Findings): Place | undefined {
  const before = findings.problems.length;
  const corner = parsePlace(raw, path, findings);
  return corner || findings.problems.length > before
    ? corner
    : findings.add(path, 'operand', 'That is no corner.', `{ ${expectedPlace} }`);
}

const pointOf = ({ latitude, longitude }: Place): Point => ({
  x: Math.round(longitude * DEGREE),
  y: Math.round(latitude * DEGREE),
});

/** From one meridian to another the shorter way around the earth, to the east if positive. */
function eastward(from: Point, to: Point): number {
  const way = to.x - from.x;
  if (Math.abs(way) <= AROUND / 2) return way;
  return way > 0 ? way - AROUND : way + AROUND;
}

const follows = <Item>(items: readonly Item[], place: number): Item => items[(place + 1) % items.length]!;

/** A border may be closed by its first corner. */
const withoutRepetition = (corners: readonly Place[]): readonly Place[] =>
  corners.filter((corner, place) => {
    const [from, to] = [pointOf(corner), pointOf(follows(corners, place))];
    return from.y !== to.y || eastward(from, to) !== 0;
  });

function problemOf(corners: readonly Place[]): string | undefined {
  const points = corners.map(pointOf);
  const ways = points.map((point, place) => eastward(point, follows(points, place)));
  if (ways.some((way) => Math.abs(way) === AROUND / 2))
    return 'An edge goes halfway around the earth: a corner between says which way.';
  if (ways.reduce((sum, way) => sum + way, 0) !== 0) return 'The border goes around a pole.';
  const edges = edgesOf(corners);
  return edges.every((edge, place) => sideOf(edge, follows(edges, place)[1]) === 0)
    ? 'These corners are on a line: there is nothing between them.'
    : undefined;
}

/** Each corner as far to the east or west of the one before as the shorter way goes, across the 180th meridian too. */
function edgesOf(corners: readonly Place[]): readonly Edge[] {
  const points: Point[] = [];
  for (const corner of corners) {
    const [before, point] = [points.at(-1), pointOf(corner)];
    points.push(
      before ? { x: before.x + eastward(pointOf(corners[points.length - 1]!), point), y: point.y } : point,
    );
  }
  return points.map((point, place) => [point, follows(points, place)]);
}

/** Positive, zero or negative, as a point is to the left of an edge, in its line, or to the right. */
function sideOf([from, to]: Edge, { x, y }: Point): number {
  const left = BigInt(to.x - from.x) * BigInt(y - from.y);
  const right = BigInt(to.y - from.y) * BigInt(x - from.x);
  return left > right ? 1 : left < right ? -1 : 0;
}

/** Whether a point is on an edge, or an odd number of them lies to the east of it. */
function isIn(edges: readonly Edge[], point: Point): boolean {
  let isOdd = false;
  for (const edge of edges) {
    const [from, to] = edge;
    if (!isBetween(point.y, from.y, to.y)) continue;
    const side = sideOf(edge, point);
    if (side === 0 && isBetween(point.x, from.x, to.x)) return true;
    const isPassed = from.y > point.y !== to.y > point.y;
    if (isPassed && side > 0 === to.y > from.y) isOdd = !isOdd;
  }
  return isOdd;
}

const isBetween = (one: number, from: number, to: number): boolean =>
  Math.min(from, to) <= one && one <= Math.max(from, to);
