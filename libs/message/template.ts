import type { JsonObject, Problem } from '@entente/kernel';
import { createHandlebars, RenderTooLarge, templateBlocks, templateHelpers } from './helpers';
import { textOf } from './plain-text';
import { htmlProblems } from './template-html';
import { syntaxProblems } from './template-syntax';

/** What an author writes: Handlebars in each part; without `text` it is made from the HTML. */
export interface TemplateSource {
  readonly subject: string;
  readonly html: string;
  readonly text?: string | null;
}

export interface Rendered {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

type Part = (view: JsonObject) => string;

export interface Compiled {
  readonly subject: Part;
  readonly html: Part;
  /** Absent when the text must be made from each rendered HTML. */
  readonly text?: Part;
}

const maxRenderedCharacters = 1024 * 1024;
const maxSubjectCharacters = 300;

const knownHelpers = Object.fromEntries([...templateHelpers, ...templateBlocks].map((name) => [name, true]));
const handlebars = createHandlebars();
const ownPropertiesOnly = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false };

/** Everything wrong with a template, with `subject`, `html` or `text` as path. Takes untrusted input of any shape. */
export function checkTemplate(source: {
  readonly [part in keyof TemplateSource]: unknown;
}): Problem[] {
  const problems = (['subject', 'html', 'text'] as const).flatMap((part) => partProblems(source[part], part));
  return typeof source.html === 'string' && problems.every(({ code }) => code !== 'too-large')
    ? [...problems, ...htmlProblems(source.html, 'html')]
    : problems;
}

function partProblems(source: unknown, path: keyof TemplateSource): Problem[] {
  if (path === 'text' && (source === undefined || source === null)) return [];
  if (typeof source !== 'string')
    return [{ path, code: 'type', message: 'must be a string', expected: 'string' }];
  return syntaxProblems(source, path);
}

/** A template ready to render many times; `source` must have passed `checkTemplate`. */
export function compileTemplate(source: TemplateSource): Compiled {
  const text = typeof source.text === 'string' ? compilePart(source.text, true) : madeText(source.html);
  return {
    subject: compilePart(source.subject, true),
    html: compilePart(source.html, false),
    ...(text ? { text } : {}),
  };
}

/** Text made from HTML once per template, unless a block of it begins inside a tag and ends outside. */
function madeText(html: string): Part | undefined {
  const source = textOf(html);
  if (syntaxProblems(source, 'text').length > 0) return undefined;
  const part = compilePart(source, true);
  return (view) =>
    part(view)
      .replace(/\n(?:[ \t]*\n){2,}/g, '\n\n')
      .trim();
}

function compilePart(source: string, noEscape: boolean): Part {
  const template = handlebars.compile(String(source), { noEscape, knownHelpers, knownHelpersOnly: true });
  return (view) => {
    const text = template(view, ownPropertiesOnly);
    if (text.length > maxRenderedCharacters) throw new RenderTooLarge('characters');
    return text;
  };
}

/**
 * Puts a view into a template: `{ contact, event?, unsubscribeUrl, preferencesUrl }`, plain data only. What is missing
 * renders as nothing. Throws `RenderTooLarge`.
 */
export function render(compiled: Compiled, view: JsonObject): Rendered {
  const html = compiled.html(view);
  return {
    subject: oneLine(compiled.subject(view)),
    html,
    text: compiled.text ? compiled.text(view) : textOf(html),
  };
}

/** A header's text: no line breaks or control characters, no more characters than anyone reads. */
export const oneLine = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, maxSubjectCharacters);
