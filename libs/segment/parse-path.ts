import { CREATED } from './created';
import type { Findings } from './findings';
import { CONTEXT, hasLoneBackslash, INSTANT, isPath, isText, NAME, stepsOf } from './read';
import { beforeLists, isMeasurable, isThroughLists } from './through-lists';

/** What a path leads to: a trait, a property of an event, one that is measured, or a field of an object in a list. */
type Of = 'trait' | 'property' | 'measure' | 'field';

const named = {
  trait: 'That names no trait.',
  property: 'That names no property.',
  measure: 'That names no property.',
  field: 'That names no field.',
} satisfies Record<Of, string>;

const ofEvents = `"${INSTANT}", "${NAME}" and "${CONTEXT}" are of events.`;
const wrongOf = {
  trait: ofEvents,
  field: ofEvents,
  property: `"${INSTANT}" and "${NAME}" have nothing below them, and "${CONTEXT}" is nothing by itself.`,
  measure: `"${INSTANT}" is no value to measure or to compare with, "${NAME}" has nothing below it, and "${CONTEXT}" is no value by itself.`,
} satisfies Record<Of, string>;
const expectedReserved = `in a "where": "${INSTANT}" and "${NAME}" alone, and paths below "${CONTEXT}" such as "${CONTEXT}.locale"`;

const expected = String.raw`a name, or names between single dots; a dot in a name is written \. and a backslash \\, in JSON "utm\\.source" and "a\\\\b"`;

/** A dot path to one of these; to what is measured, through lists as well. */
export function parsePath(raw: unknown, of: Of, path: string, findings: Findings): string | undefined {
  if (of === 'measure' && typeof raw === 'string' && isThroughLists(raw))
    return parseThroughLists(raw, path, findings);
  if (!isPath(raw)) return findings.add(path, 'path', named[of], expected);
  if (hasLoneBackslash(raw))
    return findings.mistake(
      raw,
      path,
      'path',
      'A backslash in a path stands before a dot of a name, or before another one.',
      expected,
    );
  if (raw.includes('].'))
    return findings.add(
      path,
      'path',
      'A path goes through objects only.',
      'the path of the list, compared by { "some": { … } } with what its objects have; what is measured goes through lists by "products[].price"',
    );
  const [first, ...deeper] = stepsOf(raw);
  if (of === 'trait' && first === CREATED && deeper.length > 0)
    return findings.mistake(raw, path, 'path', `"${CREATED}" has nothing below it.`, `"${CREATED}" alone`);
  if (!isReserved(first!, deeper, of)) return raw;
  const told = [path, 'path', wrongOf[of], expectedReserved] as const;
  return first === NAME ? findings.mistake(raw, ...told) : findings.add(...told);
}

function parseThroughLists(raw: string, path: string, findings: Findings): string | undefined {
  if (!isText(raw) || !isMeasurable(raw))
    return findings.add(
      path,
      'path',
      'That goes through no lists.',
      'the path of a list, "[]" for each of its items, and a path behind it if need be, such as "products[].price"',
    );
  const before = parsePath(beforeLists(raw), 'measure', path, findings);
  return before === undefined ? undefined : raw;
}

function isReserved(first: string, deeper: readonly string[], of: Of): boolean {
  if (of === 'trait' || of === 'field') return [INSTANT, NAME, CONTEXT].includes(first);
  if (first === INSTANT) return of === 'measure' || deeper.length > 0;
  return first === NAME ? deeper.length > 0 : first === CONTEXT && deeper.length === 0;
}
