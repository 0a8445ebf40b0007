import type { Findings } from './findings';
import { CONTEXT, INSTANT, isPath, stepsOf } from './read';

/** What a path leads to: a trait, a property of an event, one that is measured, or a field of an object in a list. */
type Of = 'trait' | 'property' | 'measure' | 'field';

const named = {
  trait: 'That names no trait.',
  property: 'That names no property.',
  measure: 'That names no property.',
  field: 'That names no field.',
} satisfies Record<Of, string>;

const ofEvents = `"${INSTANT}" and "${CONTEXT}" are of events.`;
const wrongOf = {
  trait: ofEvents,
  field: ofEvents,
  property: `"${INSTANT}" has nothing below it, and "${CONTEXT}" is nothing by itself.`,
  measure: `"${INSTANT}" is no value to measure or to compare with, and "${CONTEXT}" is none by itself.`,
} satisfies Record<Of, string>;
const expectedReserved = `in a "where": "${INSTANT}" alone, and paths below "${CONTEXT}" such as "${CONTEXT}.locale"`;

/** A dot path to one of these. */
export function parsePath(raw: unknown, of: Of, path: string, findings: Findings): string | undefined {
  if (!isPath(raw)) return findings.add(path, 'path', named[of], 'a name, or names between single dots');
  if (raw.includes('].'))
    return findings.add(
      path,
      'path',
      'A path goes through objects only.',
      'the path of the list, compared by { "some": { … } } with what its objects have',
    );
  return isReserved(raw, of) ? findings.add(path, 'path', wrongOf[of], expectedReserved) : raw;
}

function isReserved(path: string, of: Of): boolean {
  const [first, ...below] = stepsOf(path);
  if (first === INSTANT) return of !== 'property' || below.length > 0;
  return first === CONTEXT && (of === 'trait' || of === 'field' || below.length === 0);
}
