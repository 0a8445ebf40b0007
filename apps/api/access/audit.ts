import type { FastifyInstance } from 'fastify';
import { type Database, recordCall } from '@entente/storage';
import type { KeyedRequest } from './access';

/** Has every call with a valid key recorded, with its status, before it is answered. */
export function auditCalls(server: FastifyInstance, database: Database): void {
  server.addHook('onSend', async (request, reply) => {
    const { access } = request as KeyedRequest;
    if (!access) return;
    await recordCall(database, {
      keyId: access.key.id,
      method: request.method,
      route: request.routeOptions.url ?? '',
      target: access.target,
      status: reply.statusCode,
    });
  });
}
