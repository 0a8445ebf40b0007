import { convert } from 'html-to-text';

const open = '\uE010';
const close = '\uE011';

/** The text of a mail or template whose author gave HTML only; the template's mustaches stay where they were. */
export function textOf(html: string): string {
  const mustaches: string[] = [];
  const marked = html.replace(/\{\{!--[\s\S]*?--\}\}|\{\{[\s\S]*?\}\}/g, (mustache) => {
    mustaches.push(mustache);
    return `${open}${mustaches.length - 1}${close}`;
  });
  const text = convert(marked, {
    wordwrap: false,
    limits: { maxInputLength: 2 ** 20, maxDepth: 100 },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
      ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  });
  return text.replace(new RegExp(`${open}(\\d+)${close}`, 'g'), (_, index) => mustaches[Number(index)] ?? '');
}
