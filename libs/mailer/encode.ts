/** Longest line of a header, folded; a longer word stands on a line of its own. */
const foldAt = 78;
const longestLine = 998;
/** Bytes of text in one encoded word, so that it fits beside a name such as `Subject:`. */
const wordBytes = 39;

/** A header's unstructured text: as it is where ASCII serves, else in encoded words (RFC 2047). */
export const encodeText = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) && !text.includes('=?') ? text : encodedWords(text);

/** A display name before an address: a quoted string or encoded words. */
export const encodePhrase = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) && !text.includes('=?')
    ? `"${text.replace(/["\\]/g, '\\$&')}"`
    : encodedWords(text);

function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > wordBytes) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join(' ');
}

/** A whole header field, folded at spaces, without its final line break. Throws a RangeError for what no folding makes legal. */
export function foldHeader(name: string, value: string): string {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of value.trim().split(/ +/)) {
    if (line.length + 1 + word.length > foldAt && line.trim() !== '' && line !== `${name}:`) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  lines.push(line);
  if (lines.some((one) => one.length > longestLine)) throw new RangeError(`the header ${name} is too long`);
  return lines.join('\r\n');
}

const HEX = Array.from({ length: 256 }, (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`);
const softBreak = '=\r\n';
const longestEncoded = 75;

/** A body as quoted-printable (RFC 2045 section 6.7): CRLF line ends, lines of at most 76 characters, ASCII only. */
export const encodeQuotedPrintable = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(encodeLine)
    .join('\r\n');

function encodeLine(line: string): string {
  const safe = line.replace(/[^\x20-\x3c\x3e-\x7e\t]+|=/gu, encodeBytes).replace(/[ \t]$/, encodeBytes);
  return safe.length <= longestEncoded ? safe : wrapped(safe);
}

function encodeBytes(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) encoded += HEX[byte]!;
  return encoded;
}

/** Breaks an encoded line, never inside an escape. */
function wrapped(line: string): string {
  const parts: string[] = [];
  let at = 0;
  while (line.length - at > longestEncoded) {
    let end = at + longestEncoded;
    if (line[end - 1] === '=') end -= 1;
    else if (line[end - 2] === '=') end -= 2;
    parts.push(line.slice(at, end));
    at = end;
  }
  return [...parts, line.slice(at)].join(softBreak);
}
