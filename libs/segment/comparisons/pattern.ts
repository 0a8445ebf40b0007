import { RE2JS, RE2JSException } from 're2js';
import { bounds } from '../bounds';
import { isText } from '../read';
import { text } from '../schema/schema';
import type { Operator } from './operator';

const expected = `a regular expression in RE2 syntax of up to ${bounds.pattern} characters with its repetitions written out, such as "^[a-z]+@example\\.com$"`;

/**
 * A text in which the pattern is found; RE2 finds in time linear in the text. Texts beyond the bound compare false.
 */
export const matches: Operator<string> = {
  expected,
  schema: text,

  parse(raw, path, findings) {
    if (!isText(raw)) return undefined;
    findings.patterns += 1;
    if (findings.patterns > bounds.patterns)
      return findings.add(
        path,
        'too-many-patterns',
        'The rule has too many patterns.',
        `at most ${bounds.patterns} patterns in a rule`,
      );
    if (writtenOut(raw) > bounds.pattern)
      return findings.add(path, 'pattern', 'The pattern is too long with its repetitions.', expected);
    const problem = problemOf(raw);
    return problem === undefined
      ? raw
      : findings.add(path, 'pattern', `That is no pattern: ${problem}.`, expected);
  },

  test(operand) {
    const pattern = RE2JS.compile(operand);
    return (value) => typeof value === 'string' && value.length <= bounds.matched && pattern.test(value);
  },
  compares: () => 'text',
};

/** What is wrong with a pattern. */
function problemOf(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSException) return error.message.replace(/^error parsing regexp: /, '');
    throw error;
  }
}

const TOKEN =
  /(?<quoted>\\Q.*?(?:\\E|$))|\\[^]|\[\^?\]?(?:\\[^]|\[:\w*:\]|[^\]\\])*\]|\{(?<least>\d+)(?:,(?<most>\d*))?\}|[^]/g;

/**
 * How many characters, escapes and classes a pattern has with its counted repetitions written out. What it costs to compile
 * it, and to find it, goes with that.
 */
function writtenOut(pattern: string): number {
  const groups: number[] = [];
  let length = 0;
  let last = 0;
  for (const { 0: token, groups: found } of pattern.matchAll(TOKEN)) {
    const { quoted = '-', least, most } = found!;
    if (token === '(') groups.push(length);
    const times = least === undefined ? undefined : Math.max(Number(least), Number(most ?? 0), 1);
    const added = times === undefined ? quoted.length : last * (times - 1);
    length += added;
    if (token === ')') last = length - (groups.pop() ?? 0);
    else last = times === undefined ? added : last + added;
  }
  return length;
}
