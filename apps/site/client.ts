import type { FastifyRequest } from 'fastify';

/** Where an act came from, as evidence. */
export interface Client {
  readonly ip: string;
  readonly userAgent: string;
}

export const clientOf = ({ ip, headers }: FastifyRequest): Client => ({
  ip,
  userAgent: printable(headers['user-agent'] ?? ''),
});

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
