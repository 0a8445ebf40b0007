import { decodeAttribute, escapeHtml, scanHtml, type Attribute, type Piece } from './html-scan';
import { isWebLink, safeLink } from './links';
import { maxUrlCharacters } from './tokens';

const voidElements = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);
const isImageSource = (source: string): boolean =>
  /^(?:cid:|data:image\/)/i.test(source) || (isWebLink(source) && safeLink(source) !== undefined);

export interface Rewritten {
  readonly html: string;
  /** The links that stand where a reader sees them, as their author wrote them. */
  readonly visibleLinks: ReadonlySet<string>;
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Rewrites the links of a rendered HTML: `track` gives the address that stands for a web link, or undefined to leave it.
 * Links with `data-track="off"` are left; a link or image that leads where no mail may lead becomes `#`, or is emptied.
 */
export function rewriteHtml(html: string, track: (url: string) => string | undefined): Rewritten {
  const changes: Change[] = [];
  const visibleLinks = new Set<string>();
  const hidden = new HiddenElements();
  for (const piece of scanHtml(html)) {
    hidden.enter(piece);
    if (piece.kind !== 'open') continue;
    for (const attribute of piece.attributes) {
      const link = attribute.name === 'href' ? decodeAttribute(attribute.value).trim() : undefined;
      if (link && !hidden.now) visibleLinks.add(link);
      changes.push(...changeOf(attribute, piece, track));
    }
  }
  return { html: applied(html, changes), visibleLinks };
}

function changeOf(attribute: Attribute, piece: Piece, track: (url: string) => string | undefined): Change[] {
  if (attribute.name === 'href') return linkChange(attribute, piece, track);
  if (attribute.name !== 'src' && attribute.name !== 'background') return [];
  const source = decodeAttribute(attribute.value).trim();
  return source === '' || isImageSource(source) ? [] : [replaced(attribute, '')];
}

function linkChange(
  attribute: Attribute,
  piece: Piece,
  track: (url: string) => string | undefined,
): Change[] {
  const value = decodeAttribute(attribute.value).trim();
  if (value === '') return [];
  const link = safeLink(value);
  if (link === undefined) return [replaced(attribute, '#')];
  const tracked = isTracked(piece, link) ? track(link) : undefined;
  return tracked === undefined ? [] : [replaced(attribute, tracked)];
}

const isTracked = (piece: Piece, link: string): boolean =>
  (piece.name === 'a' || piece.name === 'area') &&
  isWebLink(link) &&
  link.length <= maxUrlCharacters &&
  !piece.attributes.some(({ name, value }) => name === 'data-track' && value.toLowerCase() === 'off');

function replaced(attribute: Attribute, value: string): Change {
  const quote = attribute.quote === '' ? '"' : '';
  return { start: attribute.start, end: attribute.end, text: `${quote}${escapeHtml(value)}${quote}` };
}

function applied(html: string, changes: readonly Change[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const { start, end, text } of changes) {
    parts.push(html.slice(at, start), text);
    at = end;
  }
  return parts.join('') + html.slice(at);
}

const hiding =
  /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all/i;

/** Open elements that one end tag is compared with at most. */
const maxSearched = 300;

/** Which elements around the current place keep it from being seen. */
class HiddenElements {
  private readonly open: { name: string; hides: boolean }[] = [];
  private hiders = 0;
  now = false;

  enter(piece: Piece): void {
    if (piece.kind === 'close') this.leave(piece.name);
    if (piece.kind !== 'open') return;
    const hides = piece.attributes.some(
      ({ name, value }) => name === 'hidden' || (name === 'style' && hiding.test(decodeAttribute(value))),
    );
    this.now = hides || this.hiders > 0;
    if (voidElements.has(piece.name)) return;
    this.open.push({ name: piece.name, hides });
    if (hides) this.hiders += 1;
  }

  private leave(name: string): void {
    const from = Math.max(0, this.open.length - maxSearched);
    const at = from + this.open.slice(from).findLastIndex((element) => element.name === name);
    if (at < from) return;
    for (const { hides } of this.open.splice(at)) if (hides) this.hiders -= 1;
  }
}
