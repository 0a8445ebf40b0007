import type { Problem } from '@entente/kernel';
import type { Reference } from './findings';

/** What there must be, and what an author may do where there is not. */
const nouns: Readonly<
  Record<Reference['to'], { readonly missing: (key: string) => string; readonly expected: string }>
> = {
  segment: { missing: (key) => `There is no segment ${key}.`, expected: 'the key of a segment' },
  teller: {
    missing: (key) => `There is no segment ${key} that tells of entries and exits.`,
    expected: 'the key of a segment with "events": true',
  },
  list: { missing: (key) => `There is no list ${key}.`, expected: 'the key of a list' },
  topic: { missing: (key) => `There is no topic ${key}.`, expected: 'the key of a topic' },
};

/** A problem for each reference of a rule to what is not known. */
export const unknownReferences = (
  references: readonly Reference[],
  isKnown: (reference: Reference) => boolean,
): Problem[] =>
  references
    .filter((reference) => !isKnown(reference))
    .map(({ to, key, path }) => ({
      path,
      code: `unknown-${to}`,
      message: nouns[to].missing(key),
      expected: nouns[to].expected,
    }));
