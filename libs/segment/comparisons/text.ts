import { bounds } from '../bounds';
import { isText } from '../read';
import { text } from '../schema/schema';
import type { Operator } from './operator';

/**
 * Texts that differ in letter case only are the same here: by Unicode's lower case, the same in every language. The two
 * small sigmas are one letter, for which is written depends on what follows.
 */
const withoutCase = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');

/** Two texts, letter case left out; anything that is no text compares false. */
const compareTexts = (holds: (value: string, operand: string) => boolean): Operator<string> => ({
  expected: `a text of up to ${bounds.text} characters`,
  schema: text,
  parse: (raw) => (isText(raw) ? withoutCase(raw) : undefined),
  test: (operand) => (value) => typeof value === 'string' && holds(withoutCase(value), operand),
});

export const contains = compareTexts((value, operand) => value.includes(operand));
export const startsWith = compareTexts((value, operand) => value.startsWith(operand));
export const endsWith = compareTexts((value, operand) => value.endsWith(operand));
