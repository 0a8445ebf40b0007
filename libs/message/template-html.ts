import type { Problem } from '@entente/kernel';
import { decodeAttribute, scanHtml, type Attribute, type Piece } from './html-scan';
import { safeLink } from './links';

/** Stands for what a mustache will put in. */
const hole = '\uE000';

/** Elements that have no place in a mail: they run, load or swallow what follows. */
const refusedElements = new Set(
  'script iframe frame frameset object embed applet base template textarea xmp plaintext noframes noembed noscript form'.split(
    ' ',
  ),
);

/** What is wrong with the HTML of a template, taken before anything is put in. */
export function htmlProblems(html: string, path: string): Problem[] {
  const found = new Map<string, Problem>();
  const say = (code: string, message: string): void =>
    void found.set(`${code} ${message}`, { path, code, message });
  const marked = withHoles(html);
  if (new RegExp(`</?${hole}`).test(marked)) say('interpolated-tag', 'a value cannot name an element');
  for (const piece of scanHtml(marked)) checkPiece(piece, say);
  return [...found.values()];
}

/** Block tags and comments of Handlebars blanked, and what is put in marked, with every position kept. */
const withHoles = (html: string): string =>
  html.replace(/\{\{!--[\s\S]*?--\}\}|\{\{[\s\S]*?\}\}/g, (mustache) =>
    (/^\{\{~?\s*(?:[#^/!]|else\b)/.test(mustache) ? ' ' : hole).repeat(mustache.length),
  );

type Say = (code: string, message: string) => void;

function checkPiece(piece: Piece, say: Say): void {
  const what = piece.kind === 'comment' ? 'a comment' : `<${shown(piece.name)}>`;
  if (!piece.closed) say('unclosed', `${what} is never closed, and hides all that follows`);
  if (piece.name.includes(hole)) say('interpolated-tag', 'a value cannot name an element');
  if (refusedElements.has(piece.name)) say('element', `<${piece.name}> has no place in a mail`);
  for (const attribute of piece.attributes) checkAttribute(attribute, piece, say);
}

function checkAttribute(attribute: Attribute, piece: Piece, say: Say): void {
  const { name, value, quote } = attribute;
  const where = `${shown(name)} of <${shown(piece.name)}>`;
  if (name.includes(hole))
    say('interpolated-attribute', `a value cannot name an attribute of <${piece.name}>`);
  if (quote === '' && value.includes(hole))
    say('unquoted', `${where} takes a value and needs quotes around it`);
  if (name.startsWith('on')) say('handler', `${where}: mails run no scripts`);
  if (name === 'href') checkLink(value, where, say);
}

function checkLink(value: string, where: string, say: Say): void {
  const link = decodeAttribute(value).trim();
  if (link === '' || link.startsWith(hole)) return;
  if (!safeLink(link.replaceAll(hole, 'x')))
    say('link', `${where}: write a full http, https, mailto or tel address without a user name`);
}

const shown = (text: string): string => text.replaceAll(hole, '…').slice(0, 60);
