import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerTo, type Logger } from '@entente/runtime';
import { failedPage, invalidPage, notFoundPage } from './pages/trouble-pages';

/** The verbs of each kind of mailed address. */
const verbs: Readonly<Record<string, string>> = {
  u: 'GET, HEAD, POST, OPTIONS',
  p: 'GET, HEAD, POST, OPTIONS',
  c: 'GET, HEAD, OPTIONS',
  o: 'GET, HEAD, OPTIONS',
};

/** Answers errors with pages for recipients, and verbs that an address does not have with 405. */
@Catch()
export class PageFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const allowed = error instanceof NotFoundException ? allowedVerbs(request) : undefined;
    if (allowed) return void otherVerb(request, reply, allowed);
    const { document, headers, ours } = answerTo(error);
    const { status } = document;
    if (ours) this.log.error({ err: error, route: request.routeOptions?.url }, 'request failed');
    const language = request.headers['accept-language'];
    void reply.code(status).headers(headers).type('text/html; charset=utf-8').send(pageOf(status)(language));
  }
}

function pageOf(status: number): (acceptLanguage: string | undefined) => string {
  if (status >= 500) return failedPage;
  return status === 404 ? notFoundPage : invalidPage;
}

/** The verbs of the address that a router found no route for, where it is the verb that is wrong. */
function allowedVerbs({ url, method }: FastifyRequest): string | undefined {
  const kind = /^\/([a-z])\/[^/?]+(?:\?|$)/.exec(url)?.[1];
  const allowed = kind && Object.hasOwn(verbs, kind) ? verbs[kind] : undefined;
  if (!allowed) return undefined;
  return method === 'OPTIONS' || !allowed.split(', ').includes(method) ? allowed : undefined;
}

const otherVerb = ({ method }: FastifyRequest, reply: FastifyReply, allowed: string): FastifyReply =>
  reply
    .code(method === 'OPTIONS' ? 204 : 405)
    .header('allow', allowed)
    .send();
