import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { frameHtml, listPage, messagePage, notFoundPage, type ListedMail } from './inbox-pages';
import type { CaughtMail, Mailbox } from './mailbox';
import { headerText, oneClickUrl, unsubscribe } from './one-click';

const perPage = 50;
const maxListed = 1_000;

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'";
const framePolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src https:";

/** The inbox: pages for people, `/api/messages` for programs. */
export function createInboxServer(mailbox: Mailbox): Server {
  return createServer((request, response) => {
    answer(new Visit(mailbox, request, response)).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

async function answer(visit: Visit): Promise<void> {
  const { pathname } = visit.url;
  if (visit.changes && !visit.isOwn) return visit.send(403, 'text/plain', 'only from this page');
  for (const [pattern, method, handle] of routes) {
    const match = pattern.exec(pathname);
    if (match && visit.method === method) return handle(visit, Number(match[1] ?? 0));
  }
  return visit.send(404, 'text/html', notFoundPage());
}

type Handle = (visit: Visit, id: number) => Promise<void> | void;

const routes: readonly (readonly [RegExp, string, Handle])[] = [
  [/^\/$/, 'GET', showList],
  [
    /^\/messages\/(\d{1,9})$/,
    'GET',
    withMail((visit, listed) => visit.page(messagePage(listed, visit.said))),
  ],
  [/^\/messages\/(\d{1,9})\/html$/, 'GET', withMail((visit, { parsed }) => visit.frame(frameHtml(parsed)))],
  [
    /^\/messages\/(\d{1,9})\/raw$/,
    'GET',
    withMail((visit, { mail }) => visit.send(200, 'text/plain', mail.raw)),
  ],
  [/^\/messages\/(\d{1,9})\/unsubscribe$/, 'POST', withMail(optOut)],
  [/^\/api\/messages$/, 'GET', listAsJson],
  [/^\/api\/messages$/, 'DELETE', clear],
  [/^\/api\/messages\/count$/, 'GET', (visit) => visit.json({ total: visit.mailbox.count(visit.to) })],
  [/^\/api\/messages\/(\d{1,9})$/, 'GET', withMail((visit, listed) => visit.json(wholeMail(listed)))],
];

function withMail(show: (visit: Visit, listed: ListedMail) => Promise<void> | void): Handle {
  return async (visit, id) => {
    const mail = visit.mailbox.get(id);
    if (!mail) return visit.send(404, 'text/html', notFoundPage());
    return show(visit, { mail, parsed: await visit.mailbox.parse(mail) });
  };
}

const parsedAll = (mailbox: Mailbox, mails: readonly CaughtMail[]): Promise<ListedMail[]> =>
  Promise.all(mails.map(async (mail) => ({ mail, parsed: await mailbox.parse(mail) })));

async function showList(visit: Visit): Promise<void> {
  const mails = visit.mailbox.list({ to: visit.to, before: visit.number('before'), limit: perPage });
  visit.page(listPage(await parsedAll(visit.mailbox, mails), visit.to, visit.mailbox.total));
}

async function optOut(visit: Visit, { mail, parsed }: ListedMail): Promise<void> {
  const url = oneClickUrl(parsed);
  const said = url
    ? await unsubscribe(url).then(
        (status) => `answered ${status}`,
        () => 'no answer',
      )
    : 'no one-click address';
  visit.response.writeHead(303, { location: `/messages/${mail.id}?said=${encodeURIComponent(said)}` }).end();
}

async function listAsJson(visit: Visit): Promise<void> {
  const limit = Math.min(visit.number('limit') ?? perPage, maxListed);
  const mails = visit.mailbox.list({ to: visit.to, before: visit.number('before'), limit });
  const listed = await parsedAll(visit.mailbox, mails);
  visit.json({ total: visit.mailbox.count(visit.to), messages: listed.map(briefMail) });
}

const briefMail = ({ mail, parsed }: ListedMail) => ({
  id: mail.id,
  from: mail.from,
  to: mail.to,
  subject: parsed.subject ?? '',
  messageId: parsed.messageId ?? '',
  listUnsubscribe: headerText(parsed, 'list-unsubscribe') ?? null,
  oneClickUrl: oneClickUrl(parsed) ?? null,
  receivedAt: new Date(mail.receivedAt).toISOString(),
});

const wholeMail = (listed: ListedMail) => ({
  ...briefMail(listed),
  html: listed.parsed.html || null,
  text: listed.parsed.text ?? null,
  headers: listed.parsed.headerLines.map(({ key, line }) => ({ name: key, line })),
});

function clear(visit: Visit): void {
  visit.mailbox.clear();
  visit.response.writeHead(204).end();
}

/** One request and its answer. */
class Visit {
  readonly url: URL;

  constructor(
    readonly mailbox: Mailbox,
    private readonly request: IncomingMessage,
    readonly response: ServerResponse,
  ) {
    this.url = new URL(request.url ?? '/', 'http://inbox');
  }

  get method(): string {
    return this.request.method === 'HEAD' ? 'GET' : (this.request.method ?? 'GET');
  }

  get changes(): boolean {
    return this.method !== 'GET';
  }

  /** Not sent by a page of another site. */
  get isOwn(): boolean {
    const { origin, host } = this.request.headers;
    return origin === undefined || origin === `http://${host}`;
  }

  get to(): string | undefined {
    return this.url.searchParams.get('to') || undefined;
  }

  get said(): string | undefined {
    return this.url.searchParams.get('said')?.slice(0, 40) || undefined;
  }

  number(name: string): number | undefined {
    const text = this.url.searchParams.get(name);
    return text && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  }

  page(html: string): void {
    this.send(200, 'text/html', html, pagePolicy);
  }

  frame(html: string): void {
    this.send(200, 'text/html', html, framePolicy);
  }

  json(value: unknown): void {
    this.send(200, 'application/json', JSON.stringify(value));
  }

  send(status: number, type: string, body: string | Buffer, policy = pagePolicy): void {
    this.response
      .writeHead(status, {
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      })
      .end(body);
  }
}
