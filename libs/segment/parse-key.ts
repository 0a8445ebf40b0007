import { expectedKey, isKey } from '@entente/kernel';
import { bounds } from './bounds';
import { below, quote, type Findings } from './findings';
import { isText } from './read';

type Given = Readonly<Record<string, unknown>>;

type ParseText = (field: string, fields: Given, path: string, findings: Findings) => string | undefined;

const textThat =
  (
    is: (value: unknown) => value is string,
    code: string,
    says: (field: string) => string,
    expected: string,
  ): ParseText =>
  (field, fields, path, findings) => {
    const value = fields[field];
    return is(value) ? value : findings.add(below(path, field), code, says(field), expected);
  };

/** The key of what an author named. */
export const parseName = textThat(
  isText,
  'name',
  (field) => `That names no ${field}.`,
  `a key, a text of up to ${bounds.text} characters`,
);

/** The key of what need not exist yet. */
export const parseFutureKey = textThat(
  isKey,
  'key',
  (field) => `No ${field} can be called that.`,
  expectedKey,
);

/** One text, or a list of several; one that is alone in its list is that text. */
export function parseSome(
  raw: unknown,
  path: string,
  findings: Findings,
  parse: (raw: unknown, path: string, findings: Findings) => string | undefined,
  expected: string,
): string | readonly string[] | undefined {
  if (!Array.isArray(raw)) return parse(raw, path, findings);
  if (raw.length === 0 || raw.length > bounds.names)
    return findings.add(path, 'names', `A list here has 1 to ${bounds.names} of them.`, expected);
  const read = raw.map((one, place) => parse(one, below(path, place), findings));
  if (read.includes(undefined)) return undefined;
  const [first, ...others] = [...new Set(read as string[])].sort();
  return others.length === 0 ? first : [first!, ...others];
}

/** One of a few words. */
export function parseWord<Word extends string>(
  field: string,
  words: readonly Word[],
  fields: Given,
  path: string,
  findings: Findings,
): Word | undefined {
  const word = fields[field];
  if (words.includes(word as Word)) return word as Word;
  const message =
    word === undefined ? `${quote(field)} is missing.` : 'It is none of the words that may stand here.';
  return findings.add(below(path, field), 'word', message, `one of ${words.map(quote).join(', ')}`);
}
