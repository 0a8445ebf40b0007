import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Invalid } from '@entente/kernel';

/** What a page or a mail program posted; undefined for a body that is no form. */
export type Form = URLSearchParams | undefined;

/**
 * Reads both forms that RFC 8058 allows, in whatever charset they claim (ours are ASCII). Any other body is read as none, which
 * no address of the site takes for a yes.
 */
export function addFormParsers(server: FastifyInstance, bodyLimit: number): void {
  const settings = { parseAs: 'buffer' as const, bodyLimit };
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    settings,
    async (_request: FastifyRequest, body: Buffer) => new URLSearchParams(body.toString('utf8')),
  );
  server.addContentTypeParser(
    'multipart/form-data',
    settings,
    async (request: FastifyRequest, body: Buffer) => multipart(body, request.headers['content-type'] ?? ''),
  );
  server.addContentTypeParser('*', settings, async () => undefined);
}

async function multipart(body: Buffer, contentType: string): Promise<URLSearchParams> {
  const form = new URLSearchParams();
  for (const [name, value] of await formDataOf(body, contentType))
    if (typeof value === 'string') form.append(name, value);
  return form;
}

async function formDataOf(body: Buffer, contentType: string) {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw Invalid.at('', 'form', 'The form cannot be read.');
  }
}
