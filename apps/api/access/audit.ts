import type { FastifyInstance } from 'fastify';
import type { Logger } from '@entente/runtime';
import { type Database, recordCall } from '@entente/storage';
import type { KeyedRequest } from './access';

/** Has every call with a valid key recorded, with its status, before it is answered. What is done is answered even so. */
export function auditCalls(server: FastifyInstance, database: Database, log: Logger): void {
  server.addHook('onSend', async (request, reply) => {
    const { access } = request as KeyedRequest;
    if (!access) return;
    const recorded = recordCall(database, {
      keyId: access.key.id,
      method: request.method,
      route: request.routeOptions.url ?? '',
      target: access.target,
      status: reply.statusCode,
    });
    await recorded.catch((error: unknown) =>
      log.error({ err: error }, 'a call is missing from the audit log'),
    );
  });
}
