import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { style } from './pages/style';

const styleHash = createHash('sha256').update(style).digest('base64');

/** What every answer of the site carries: nothing is kept, indexed, framed, or loaded from anywhere. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'content-security-policy': [
    `default-src 'none'`,
    `style-src 'sha256-${styleHash}'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
  ].join('; '),
};

export function addPageHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', async (_request, reply) => void reply.headers(pageHeaders));
}
