import { expectedKey, isKey } from '@entente/kernel';
import { bounds } from '../bounds';
import { below, quote, type Findings } from '../findings';
import { isText } from '../read';

type Given = Readonly<Record<string, unknown>>;

/** A condition that is the name of something and nothing else. */
export function parseKey<Field extends string>(
  field: Field,
  fields: Given,
  path: string,
  findings: Findings,
): { readonly [field in Field]: string } | undefined {
  const key = parseName(field, fields, path, findings);
  return key === undefined ? undefined : ({ [field]: key } as { [field in Field]: string });
}

/** The key of what an author named. */
export function parseName(
  field: string,
  fields: Given,
  path: string,
  findings: Findings,
): string | undefined {
  const key = fields[field];
  if (isText(key)) return key;
  return findings.add(
    below(path, field),
    'name',
    `That names no ${field}.`,
    `a key, a text of up to ${bounds.text} characters`,
  );
}

/** The key of what may be made by then. */
export function parseFutureKey(
  field: string,
  fields: Given,
  path: string,
  findings: Findings,
): string | undefined {
  const key = fields[field];
  if (isKey(key)) return key;
  return findings.add(below(path, field), 'key', `No ${field} can be called that.`, expectedKey);
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
