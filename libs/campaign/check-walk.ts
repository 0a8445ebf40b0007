import type { Problems } from '@entente/kernel';
import type { Step } from './steps';

/** Where a step leads: a step's position, or the end of the campaign. */
type Place = number | 'end';

interface Edge {
  readonly to: Place;
}

/**
 * Tells what is wrong with the steps as a graph: ids used twice, targets that are no steps, steps no walk reaches, loops that
 * never pause and walks that never end.
 */
export function checkWalk(steps: readonly Step[], problems: Problems): void {
  const before = problems.found.length;
  checkIds(steps, problems);
  checkTargets(steps, problems);
  if (problems.found.length > before) return;
  const edges = steps.map((_, position) => edgesOf(steps, position));
  checkReached(steps, edges, problems);
  checkLoops(steps, edges, problems);
  if (problems.found.length === before) checkEnds(steps, edges, problems);
}

/** The position of the step that follows this one when it names none itself. */
export function following(steps: readonly Step[], position: number): Place {
  const next = steps[position]!.next;
  if (next !== undefined) return steps.findIndex(({ id }) => id === next);
  return position + 1 < steps.length ? position + 1 : 'end';
}

function edgesOf(steps: readonly Step[], position: number): Edge[] {
  const step = steps[position]!;
  const jumps = step.jumps.map((jump) => ({ to: steps.findIndex(({ id }) => id === jump.to) }));
  return [...jumps, { to: step.ends ? 'end' : following(steps, position) }];
}

function checkIds(steps: readonly Step[], problems: Problems): void {
  const seen = new Set<string>();
  for (const [position, { id }] of steps.entries()) {
    if (seen.has(id))
      problems.add(`steps[${position}].id`, 'duplicate', `another step is called ${id} already`);
    seen.add(id);
  }
}

function checkTargets(steps: readonly Step[], problems: Problems): void {
  const ids = new Set(steps.map(({ id }) => id));
  for (const [position, { next, jumps }] of steps.entries()) {
    const named = next === undefined ? jumps : [...jumps, { to: next, path: `steps[${position}].next` }];
    for (const { to, path } of named)
      if (!ids.has(to)) problems.add(path, 'unknown-step', `there is no step ${to}`);
  }
}

function checkReached(steps: readonly Step[], edges: readonly Edge[][], problems: Problems): void {
  const reached = new Set<Place>();
  const open: Place[] = [0];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place === 'end' || reached.has(place)) continue;
    reached.add(place);
    open.push(...edges[place]!.map(({ to }) => to));
  }
  for (const [position, { id }] of steps.entries())
    if (!reached.has(position)) problems.add(`steps[${position}]`, 'unreachable', `no walk comes to ${id}`);
}

/** Takes away steps that lead only to pauses, to the end or to steps taken away; what is left goes round in circles. */
function checkLoops(steps: readonly Step[], edges: readonly Edge[][], problems: Problems): void {
  const left = new Set(steps.keys());
  const harmless = (position: number) =>
    steps[position]!.pauses || edges[position]!.every(({ to }) => to === 'end' || !left.has(to));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const position of left) if (harmless(position)) left.delete(position);
  }
  const circle = circleAmong(left, edges);
  if (circle.length === 0) return;
  const path = circle.map((position) => steps[position]!.id).join(' → ');
  problems.add(
    `steps[${circle[0]!}]`,
    'loop',
    `${path} goes round without a wait`,
    'a wait inside every loop',
  );
}

/** Follows what is left until a step comes twice. */
function circleAmong(left: ReadonlySet<number>, edges: readonly Edge[][]): number[] {
  const walked: number[] = [];
  let place: Place | undefined = [...left][0];
  while (typeof place === 'number' && !walked.includes(place)) {
    walked.push(place);
    place = edges[place]!.find(({ to }) => to !== 'end' && left.has(to))?.to;
  }
  return typeof place === 'number' ? [...walked.slice(walked.indexOf(place)), place] : [];
}

function checkEnds(steps: readonly Step[], edges: readonly Edge[][], problems: Problems): void {
  const ending = new Set<Place>(['end']);
  for (let before = 0; before !== ending.size;) {
    before = ending.size;
    for (const position of steps.keys())
      if (edges[position]!.some(({ to }) => ending.has(to))) ending.add(position);
  }
  const endless = [...steps.keys()].find((position) => !ending.has(position));
  if (endless === undefined) return;
  const { id } = steps[endless]!;
  problems.add(`steps[${endless}]`, 'endless', `no walk from ${id} ever ends`, 'a way out of every loop');
}
