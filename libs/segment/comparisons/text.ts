import { bounds } from '../bounds';
import { isText } from '../read';
import { anyOf, text } from '../schema/schema';
import type { Operator } from './operator';

/**
 * Texts that differ in letter case only are the same here: by Unicode's lower case, the same in every language. The two
 * small sigmas are one letter, for which is written depends on what follows.
 */
const withoutCase = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');

/** A text and one of others, letter case left out; anything that is no text compares false. */
const compareTexts = (
  holds: (value: string, operand: string) => boolean,
): Operator<string | readonly string[]> => ({
  expected: `a text of up to ${bounds.text} characters, or a list of 1 to ${bounds.values}, one of which will do`,
  schema: anyOf(text, { type: 'array', items: text, minItems: 1, maxItems: bounds.values }),
  parse(raw) {
    const written: unknown[] = [raw].flat();
    if (written.length === 0 || written.length > bounds.values || !written.every(isText)) return undefined;
    const texts = [...new Set(written.map(withoutCase))].sort();
    return texts.length === 1 ? texts[0] : texts;
  },
  test(operand) {
    const texts = [operand].flat();
    return (value) => {
      if (typeof value !== 'string') return false;
      const own = withoutCase(value);
      return texts.some((one) => holds(own, one));
    };
  },
  compares: () => 'text',
  steps: (operand) => [operand].flat().length,
});

export const contains = compareTexts((value, operand) => value.includes(operand));
export const startsWith = compareTexts((value, operand) => value.startsWith(operand));
export const endsWith = compareTexts((value, operand) => value.endsWith(operand));
