import type { Instant } from '@entente/kernel';
import { escapeHtml } from './html-scan';
import { MessageLinks, type LinkOwner } from './links';
import { listHeaders } from './list-headers';
import { messageIdOf, type Mail, type Mailbox } from './mail';
import { rewriteHtml } from './rewrite-html';
import type { Rendered } from './template';

/** What a rendered template still needs to be a mail. */
export interface Dressing {
  readonly links: MessageLinks;
  readonly owner: LinkOwner;
  readonly from: Mailbox;
  readonly to: string;
  readonly replyTo?: string;
  readonly postalAddress: string;
  readonly sendingDomain: string;
  readonly topicName: string;
  readonly campaign: string;
  readonly unsubscribeMailbox?: string;
  /** Whether clicks and opens are told; without it links stay as written and there is no pixel. */
  readonly tracking: boolean;
  readonly date: Instant;
}

/**
 * Makes the mail: unsubscribe and preference links and the postal address where the author placed none that can be seen,
 * links that tell their click, the pixel, and the headers of a topic's mail.
 */
export function dress(rendered: Rendered, dressing: Dressing): Mail {
  const { links, owner, from, sendingDomain } = dressing;
  return {
    from,
    to: dressing.to,
    ...(dressing.replyTo ? { replyTo: dressing.replyTo } : {}),
    subject: rendered.subject,
    html: dressedHtml(rendered.html, dressing),
    text: dressedText(rendered.text, dressing),
    headers: listHeaders({
      unsubscribeUrl: links.unsubscribeUrl,
      unsubscribeMailbox: dressing.unsubscribeMailbox,
      topic: owner.topic,
      topicName: dressing.topicName,
      campaign: dressing.campaign,
      domain: sendingDomain,
    }),
    envelopeFrom: from.address,
    messageId: messageIdOf(owner.message, sendingDomain),
    date: dressing.date,
  };
}

function dressedHtml(html: string, dressing: Dressing): string {
  const { links, tracking } = dressing;
  const own = new Set([links.unsubscribeUrl, links.preferencesUrl]);
  let link = 0;
  const { html: rewritten, visibleLinks } = rewriteHtml(html, (url) => {
    if (!tracking || own.has(url)) return undefined;
    link += 1;
    return links.clickUrl(url, link - 1);
  });
  const lines = [
    ...postalLines(html, dressing).map(escapeHtml),
    ...(visibleLinks.has(links.unsubscribeUrl) ? [] : [anchor(links.unsubscribeUrl, 'Unsubscribe')]),
    ...(visibleLinks.has(links.preferencesUrl)
      ? []
      : [anchor(links.preferencesUrl, 'Choose what you receive')]),
  ];
  const pixel = tracking
    ? `<img src="${escapeHtml(links.openUrl())}" width="1" height="1" alt="" style="border:0">`
    : '';
  return beforeBodyEnd(rewritten, (lines.length > 0 ? footer(lines) : '') + pixel);
}

const anchor = (url: string, label: string): string =>
  `<a href="${escapeHtml(url)}" style="color:#555">${label}</a>`;

const footer = (lines: readonly string[]): string =>
  `<div style="margin:24px 0 8px;font:12px/1.5 sans-serif;color:#555;text-align:center">${lines.join('<br>')}</div>`;

function beforeBodyEnd(html: string, addition: string): string {
  const at = [...html.matchAll(/<\/body\s*>/gi)].at(-1)?.index ?? html.length;
  return html.slice(0, at) + addition + html.slice(at);
}

function dressedText(text: string, dressing: Dressing): string {
  const { links } = dressing;
  const lines = [
    ...postalLines(text, dressing),
    ...(text.includes(links.unsubscribeUrl) ? [] : [`Unsubscribe: ${links.unsubscribeUrl}`]),
    ...(text.includes(links.preferencesUrl) ? [] : [`Choose what you receive: ${links.preferencesUrl}`]),
  ];
  return lines.length > 0 ? `${text.trimEnd()}\n\n-- \n${lines.join('\n')}\n` : text;
}

/** Who writes and from where, unless the author says it. */
function postalLines(body: string, { postalAddress, from }: Dressing): string[] {
  const lines = postalAddress.split(/\s*\n\s*/).filter((line) => line !== '');
  if (lines.length === 0 || lines.every((line) => body.includes(line) || body.includes(escapeHtml(line))))
    return [];
  return postalAddress.includes(from.name) ? lines : [from.name, ...lines];
}
