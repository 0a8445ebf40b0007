import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Invalid } from '@entente/kernel';
import { defaultJsonLimits, parseJson, unzipped, type JsonLimits } from './json-body';

export interface BodyOptions {
  /** Bytes of a body, unpacked; 1 MB when not said. */
  readonly bodyLimit?: number;
  readonly jsonLimits?: JsonLimits;
  /** Content types read as JSON; `application/json` when not said. */
  readonly jsonTypes?: readonly string[];
  /** Whether an empty body is none, which some routes take; else only that of a DELETE is. */
  readonly emptyIsNone?: boolean;
  /** Reads HTML forms (`application/x-www-form-urlencoded`) as an object of texts, the last of equal names winning. */
  readonly forms?: boolean;
}

const MEGABYTE = 1_048_576;
const MAX_FIELDS = 1_000;
const EMPTY = Buffer.alloc(0);

/** Replaces Fastify's parsers by bounded ones. Any other content type is answered with 415. */
export function addBodyParsers(server: FastifyInstance, options: BodyOptions): void {
  const { bodyLimit = MEGABYTE, jsonLimits = defaultJsonLimits } = options;
  server.removeAllContentTypeParsers();
  // Some clients name a content type without a body.
  const isNone = ({ method }: FastifyRequest) => method === 'DELETE' || options.emptyIsNone === true;
  const settings = { parseAs: 'buffer' as const, bodyLimit };
  for (const type of options.jsonTypes ?? ['application/json'])
    server.addContentTypeParser(type, settings, async (request: FastifyRequest, body: Buffer) => {
      const bytes = await plainBytes(request, body, bodyLimit);
      return bytes.length === 0 && isNone(request) ? undefined : parseJson(bytes, jsonLimits);
    });
  if (options.forms)
    server.addContentTypeParser(
      'application/x-www-form-urlencoded',
      settings,
      async (request: FastifyRequest, body: Buffer) =>
        parseForm((await plainBytes(request, body, bodyLimit)).toString('utf8')),
    );
}

/** A body's bytes as UTF-8, unpacked: 415 for other charsets and encodings, 413 for what unpacks to more than `limit`. */
export async function plainBytes(request: FastifyRequest, body: Buffer, limit: number): Promise<Buffer> {
  refuseOtherCharsets(request.headers['content-type'] ?? '');
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw refused(415, `Content-Encoding ${encoding} is not read; gzip is.`);
  const bytes = body.length === 0 ? EMPTY : await unzipped(body, limit);
  if (!bytes) throw refused(413, `Unpacked, the body is larger than ${limit} bytes.`);
  return bytes;
}

function refuseOtherCharsets(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]?.toLowerCase();
  if (charset && !['utf-8', 'utf8', 'us-ascii'].includes(charset))
    throw refused(415, `The charset ${charset} is not read; utf-8 is.`);
}

function parseForm(text: string): Readonly<Record<string, string>> {
  const form = Object.create(null) as Record<string, string>;
  let fields = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if ((fields += 1) > MAX_FIELDS)
      throw Invalid.at('', 'too-many-keys', `At most ${MAX_FIELDS} fields are read.`);
    form[name] = value;
  }
  return form;
}

const refused = (statusCode: number, message: string): Error =>
  Object.assign(new Error(message), { statusCode });
