import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageHeaders } from './page-headers';
import { GIF } from './pages/dot';
import { notFoundPage } from './pages/trouble-pages';

/** A path that no router can read is answered like any other that is none of ours. */
export function answerUnreadablePath(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers(pageHeaders);
  if (request.url.startsWith('/o/')) void reply.code(200).type('image/gif').send(GIF);
  else
    void reply
      .code(404)
      .type('text/html; charset=utf-8')
      .send(notFoundPage(request.headers['accept-language']));
}
