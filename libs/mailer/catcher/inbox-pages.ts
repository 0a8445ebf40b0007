import { escapeHtml } from '@entente/message';
import type { ParsedMail } from 'mailparser';
import type { CaughtMail } from './mailbox';
import { oneClickUrl } from './one-click';

const style = `body{font:15px/1.45 system-ui,sans-serif;margin:0;color:#1b1f24;background:#f6f7f9}
header,main{max-width:64rem;margin:0 auto;padding:1rem}h1{font-size:1.2rem;margin:0}a{color:#0a58ca}
table{border-collapse:collapse;width:100%;background:#fff}td,th{text-align:left;padding:.45rem .6rem;border-bottom:1px solid #e3e6ea;vertical-align:top}
iframe,pre{width:100%;box-sizing:border-box;background:#fff;border:1px solid #d9dde2}iframe{height:34rem}
pre{padding:.8rem;overflow:auto;white-space:pre-wrap;word-break:break-all}
button{font:inherit;padding:.3rem .8rem}form{display:inline}input{font:inherit;padding:.25rem}.quiet{color:#667}`;

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>${style}</style></head>
<body><header><h1><a href="/">Inbox</a></h1><span class="quiet">Every mail sent here is caught; none leaves this machine.</span></header>
<main>${content}</main></body></html>`;

export interface ListedMail {
  readonly mail: CaughtMail;
  readonly parsed: ParsedMail;
}

/** The newest mails, with a search by recipient and a way to older ones. */
export function listPage(listed: readonly ListedMail[], to: string | undefined, total: number): string {
  const rows = listed.map(
    ({
      mail,
      parsed,
    }) => `<tr><td><a href="/messages/${mail.id}">${escapeHtml(parsed.subject || '(no subject)')}</a></td>
<td>${escapeHtml(mail.to.join(', '))}</td><td>${escapeHtml(parsed.from?.text ?? mail.from)}</td><td>${time(mail)}</td></tr>`,
  );
  const last = listed.at(-1);
  const older = last
    ? `<p><a href="/?before=${last.mail.id}${to ? `&amp;to=${escapeHtml(encodeURIComponent(to))}` : ''}">Older</a></p>`
    : '<p>No mails.</p>';
  return page(
    'Inbox',
    `<p><form method="get"><label>Recipient <input name="to" value="${escapeHtml(to ?? '')}"></label> <button>Search</button></form>
<span class="quiet">${total} caught</span></p>
<table><thead><tr><th>Subject</th><th>To</th><th>From</th><th>Received</th></tr></thead><tbody>${rows.join('')}</tbody></table>${older}`,
  );
}

/** One mail: what its reader sees, its text and its source, and the one-click opt-out a mailbox would offer. */
export function messagePage({ mail, parsed }: ListedMail, said: string | undefined): string {
  const url = oneClickUrl(parsed);
  const button = url
    ? `<form method="post" action="/messages/${mail.id}/unsubscribe"><button>Unsubscribe</button></form>
<span class="quiet">as a mailbox does it: a one-click POST to ${escapeHtml(new URL(url).host)}</span>`
    : '<span class="quiet">offers no one-click unsubscribe</span>';
  return page(
    parsed.subject ?? '(no subject)',
    `<h2>${escapeHtml(parsed.subject || '(no subject)')}</h2>
<p>From ${escapeHtml(parsed.from?.text ?? mail.from)} to ${escapeHtml(mail.to.join(', '))}, ${time(mail)}</p>
<p>${button}${said ? ` <strong>${escapeHtml(said)}</strong>` : ''}</p>
<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${mail.id}/html" title="The mail as HTML"></iframe>
<h3>Text</h3><pre>${escapeHtml(parsed.text ?? '')}</pre>
<h3>Headers</h3><pre>${escapeHtml(parsed.headerLines.map(({ line }) => line).join('\n'))}</pre>
<p><a href="/messages/${mail.id}/raw">Source</a></p>`,
  );
}

const time = (mail: CaughtMail): string =>
  new Date(mail.receivedAt).toISOString().slice(0, 19).replace('T', ' ');

/** The mail's own HTML for the frame; its links open beside it. */
export const frameHtml = (parsed: ParsedMail): string =>
  `<base target="_blank">${parsed.html || `<pre>${escapeHtml(parsed.text ?? '')}</pre>`}`;

export const notFoundPage = (): string => page('Not found', '<p>There is no such mail (any more).</p>');
