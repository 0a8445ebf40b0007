/** An attribute as it stands in the source: where its value lies (without quotes), and how it was quoted. */
export interface Attribute {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly quote: '"' | "'" | '';
}

/** A piece of HTML between `start` and `end`. `closed` is false for a piece that the source never ends. */
export interface Piece {
  readonly kind: 'open' | 'close' | 'comment' | 'raw';
  /** Lower-case element name; of `raw`, the element whose text it is; '' for a comment. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly attributes: readonly Attribute[];
  readonly closed: boolean;
}

/** Elements whose content is text up to their end tag, whatever it looks like. */
const rawElements = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noframes', 'noembed']);
const nameCharacter = /[^\s/>]/;
const tagStart = /<(?:!--|[!?]|\/?[a-z])/gi;

/**
 * The tags, comments and raw texts of an HTML source, in order, with positions: what is needed to change some
 * attributes and leave every other byte alone. Reads tags as the HTML standard's tokenizer does.
 */
export function* scanHtml(html: string): Generator<Piece> {
  let at = 0;
  for (;;) {
    const start = nextTag(html, at);
    if (start < 0) return;
    const piece = readPiece(html, start);
    yield piece;
    at = piece.end;
    if (piece.kind !== 'open' || !rawElements.has(piece.name)) continue;
    const raw = readRaw(html, piece.name, at);
    yield raw;
    at = raw.end;
  }
}

function nextTag(html: string, from: number): number {
  tagStart.lastIndex = from;
  return tagStart.exec(html)?.index ?? -1;
}

function readPiece(html: string, start: number): Piece {
  if (html.startsWith('<!--', start)) return readComment(html, start);
  const next = html[start + 1]!;
  if (next === '!' || next === '?') return until(html, '>', start, start + 2);
  return readTag(html, start);
}

function readComment(html: string, start: number): Piece {
  if (/^<!---?>/.test(html.slice(start, start + 6))) return until(html, '>', start, start + 4);
  return until(html, '-->', start, start + 4);
}

function until(html: string, mark: string, start: number, from: number): Piece {
  const found = html.indexOf(mark, from);
  const end = found < 0 ? html.length : found + mark.length;
  return { kind: 'comment', name: '', start, end, attributes: [], closed: found >= 0 };
}

function readRaw(html: string, name: string, start: number): Piece {
  const found = new RegExp(`</${name}(?=[\\s/>])`, 'i').exec(html.slice(start));
  const end = found ? start + found.index : html.length;
  return { kind: 'raw', name, start, end, attributes: [], closed: found !== null };
}

function readTag(html: string, start: number): Piece {
  const closing = html[start + 1] === '/';
  let at = start + (closing ? 2 : 1);
  const nameStart = at;
  while (at < html.length && nameCharacter.test(html[at]!)) at += 1;
  const name = html.slice(nameStart, at).toLowerCase();
  const attributes: Attribute[] = [];
  for (;;) {
    while (at < html.length && /[\s/]/.test(html[at]!)) at += 1;
    if (at >= html.length || html[at] === '>') break;
    const attribute = readAttribute(html, at);
    attributes.push(attribute);
    at = attribute.end + attribute.quote.length;
  }
  const closed = at < html.length;
  return { kind: closing ? 'close' : 'open', name, start, end: closed ? at + 1 : at, attributes, closed };
}

function readAttribute(html: string, start: number): Attribute {
  let at = start + 1;
  while (at < html.length && /[^\s/>=]/.test(html[at]!)) at += 1;
  const name = html.slice(start, at).toLowerCase();
  const equals = skipSpace(html, at);
  if (html[equals] !== '=') return { name, value: '', start: at, end: at, quote: '' };
  return { name, ...readValue(html, skipSpace(html, equals + 1)) };
}

function skipSpace(html: string, from: number): number {
  let at = from;
  while (at < html.length && /\s/.test(html[at]!)) at += 1;
  return at;
}

function readValue(html: string, start: number): Omit<Attribute, 'name'> {
  const quote = html[start];
  if (quote === '"' || quote === "'") {
    const found = html.indexOf(quote, start + 1);
    const end = found < 0 ? html.length : found;
    return { value: html.slice(start + 1, end), start: start + 1, end, quote };
  }
  let end = start;
  while (end < html.length && /[^\s>]/.test(html[end]!)) end += 1;
  return { value: html.slice(start, end), start, end, quote: '' };
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text an attribute's value means: numeric references and the five of XML; others stay as they are. */
export const decodeAttribute = (value: string): string =>
  value.includes('&') ? decodeReferences(value) : value;

const decodeReferences = (value: string): string =>
  value.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (all, hex, decimal, name) => {
    if (name) return named[(name as string).toLowerCase()]!;
    const point = hex ? parseInt(hex as string, 16) : Number(decimal);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : all;
  });

/** The text as it may stand in HTML, in quoted attributes too. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
