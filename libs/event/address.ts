import { domainToASCII, domainToUnicode } from 'node:url';

/** One mailbox: `local@domain` in its only spelling, and its domain. */
export interface Address {
  readonly address: string;
  /** Lower case, internationalized labels as A-labels (`xn--…`). */
  readonly domain: string;
}

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LABEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** Scripts that one label may mix: Japanese, Korean and Chinese are written in several, with Latin letters among them. */
const WRITTEN_TOGETHER = [
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}0-9ー-]+$/u,
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Hangul}0-9-]+$/u,
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Bopomofo}0-9-]+$/u,
];
const SCRIPTS = [
  ...['Arabic', 'Armenian', 'Bengali', 'Cyrillic', 'Devanagari', 'Ethiopic', 'Georgian', 'Greek', 'Gujarati'],
  ...['Gurmukhi', 'Hebrew', 'Kannada', 'Khmer', 'Lao', 'Malayalam', 'Myanmar', 'Oriya', 'Sinhala', 'Tamil'],
  ...['Telugu', 'Thaana', 'Thai', 'Tibetan'],
].map((script) => new RegExp(`^[\\p{Script=${script}}0-9-]+$`, 'u'));

/**
 * The one canonical form of an address, or undefined when the text is not exactly one plain address.
 * The local part is lower-cased too: an opt-out of `Ana@…` covers `ana@…`. Plus tags and dots stay, they can be other people.
 * Refused by policy: quoted local parts, comments, display names, address literals, local parts beyond ASCII (they need
 * SMTPUTF8), and labels that mix scripts.
 */
export function normalizeAddress(text: string): Address | undefined {
  if (text.length > 254) return undefined;
  const at = text.lastIndexOf('@');
  if (at < 1 || at > 64) return undefined;
  const local = text.slice(0, at).toLowerCase();
  const domain = normalizeDomain(text.slice(at + 1));
  if (!LOCAL.test(local) || !domain || at + 1 + domain.length > 254) return undefined;
  return { address: `${local}@${domain}`, domain };
}

/** The lower-case A-label form of a domain that can receive mail, or undefined. */
export function normalizeDomain(text: string): string | undefined {
  const domain = /^[a-z0-9.-]+$/i.test(text) ? text.toLowerCase() : internationalized(text);
  if (!domain || domain.length > 253) return undefined;
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return undefined;
  if (!TOP_LABEL.test(labels.at(-1)!)) return undefined;
  return labels.some((label) => label.startsWith('xn--')) && !isReadable(domain) ? undefined : domain;
}

function internationalized(text: string): string | undefined {
  const composed = text.normalize('NFC');
  if (composed !== text || !/^[\p{L}\p{N}\p{Mn}\p{Mc}.ー-]+$/u.test(text) || !isReadable(text))
    return undefined;
  return domainToASCII(text) || undefined;
}

/** Whether each label is written in one script: a Cyrillic letter among Latin ones imitates another domain. */
function isReadable(domain: string): boolean {
  const shown = domainToUnicode(domain);
  return shown !== '' && shown.split('.').every(isOneScript);
}

const isOneScript = (label: string): boolean =>
  WRITTEN_TOGETHER.some((mix) => mix.test(label)) || SCRIPTS.some((script) => script.test(label));
