/** How much structure a JSON text may have before it is parsed at all. */
export interface TextBounds {
  readonly depth: number;
  readonly keys: number;
}

export type JsonPath = readonly (string | number)[];

/** `inexact`: where the text has numbers that a double cannot hold to the last digit. */
export type ReadJson =
  | { readonly value: unknown; readonly inexact: readonly JsonPath[] }
  | { readonly code: 'json' | 'depth' | 'keys'; readonly message: string };

/**
 * Parses JSON after one cheap scan of its text: nesting and key counts are bounded before the parser builds anything, and
 * numbers that would be rounded are found while their digits can still be seen. The last of equal keys wins.
 */
export function readJson(text: string, bounds: TextBounds): ReadJson {
  const scan = scanText(text, bounds);
  if (scan === 'depth') return { code: scan, message: `nested deeper than ${bounds.depth} levels` };
  if (scan === 'keys') return { code: scan, message: `more than ${bounds.keys} keys` };
  try {
    const value: unknown = JSON.parse(text);
    return { value, inexact: scan === 'inexact' ? inexactPaths(text) : [] };
  } catch {
    return { code: 'json', message: 'not JSON' };
  }
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

function scanText(text: string, bounds: TextBounds): 'depth' | 'keys' | 'inexact' | undefined {
  let depth = 0;
  let keys = 0;
  let inexact = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfText(text, i);
    else if (isOpening(code) && (depth += 1) > bounds.depth) return 'depth';
    else if (isClosing(code)) depth -= 1;
    else if (code === COLON && (keys += 1) > bounds.keys) return 'keys';
    else if (startsNumber(code)) {
      const end = endOfNumber(text, i);
      inexact ||= isInexact(text, i, end);
      i = end - 1;
    }
  }
  return inexact ? 'inexact' : undefined;
}

const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b;
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const startsNumber = (code: number): boolean => isDigit(code) || code === 0x2d;

/** Where the text that starts at `start` has its closing quote; the end of all when it has none. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1))
    if (!isEscaped(text, end, start)) return end;
  return text.length;
}

function isEscaped(text: string, quote: number, start: number): boolean {
  let slashes = 0;
  while (quote - slashes - 1 > start && text.charCodeAt(quote - slashes - 1) === BACKSLASH) slashes += 1;
  return slashes % 2 === 1;
}

/** Digits, signs, the point and the exponent. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (!isDigit(code) && code !== 0x2e && (code | 0x20) !== 0x65 && code !== 0x2b && code !== 0x2d) break;
  }
  return end;
}

/** No double needs more digits than this to be told from its neighbors; longer numbers are somebody's attack. */
const LONGEST_NUMBER = 400;

/** Up to 15 digits without an exponent are always exact: most numbers are not looked at any closer. */
function isInexact(text: string, start: number, end: number): boolean {
  if (end - start > LONGEST_NUMBER) return true;
  const token = text.slice(start, end);
  if (token.length <= 15 && !/e/i.test(token)) return false;
  const value = Number(token);
  return !Number.isFinite(value) || decimalOf(token) !== decimalOf(String(value));
}

/** One spelling for each decimal number: its digits without outer zeros, and the power of ten they count. */
function decimalOf(number: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** The second, slow reading of a valid text, for the rare one that holds such a number. */
function inexactPaths(text: string): JsonPath[] {
  const found: JsonPath[] = [];
  const path: (string | number)[] = [];
  let atKey = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]!;
    if (char === '{' || char === '[') {
      atKey = char === '{';
      path.push(atKey ? '' : 0);
    } else if (char === '}' || char === ']') path.pop();
    else if (char === ',') atKey = next(path);
    else if (char === '"') {
      const end = endOfText(text, i);
      if (atKey) path[path.length - 1] = JSON.parse(text.slice(i, end + 1)) as string;
      atKey = false;
      i = end;
    } else if (startsNumber(char.charCodeAt(0))) {
      const end = endOfNumber(text, i);
      if (isInexact(text, i, end)) found.push([...path]);
      i = end - 1;
    }
  }
  return found;
}

/** Moves past a comma: to the next element of an array, or (true) to the next key of an object. */
function next(path: (string | number)[]): boolean {
  const last = path.at(-1);
  if (typeof last !== 'number') return true;
  path[path.length - 1] = last + 1;
  return false;
}
