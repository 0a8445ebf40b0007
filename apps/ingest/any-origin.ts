import type { FastifyInstance } from 'fastify';

/** Web pages of any origin may send events. Nothing is answered that a page could not know, and no cookie is ever read. */
export function allowAnyOrigin(server: FastifyInstance): void {
  server.addHook('onRequest', (_request, reply, done) => {
    reply.header('access-control-allow-origin', '*');
    done();
  });
  server.options('/*', (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST, OPTIONS')
      .header('access-control-allow-headers', 'authorization, content-type, content-encoding, x-retry-count')
      .header('access-control-max-age', '86400')
      .send(),
  );
}
