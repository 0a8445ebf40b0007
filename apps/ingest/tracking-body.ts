import { isUtf8 } from 'node:buffer';
import { readJson, type JsonPath } from '@entente/event';
import { Invalid, isObject } from '@entente/kernel';
import { plainBytes } from '@entente/runtime';
import { HttpException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What one request may hold, unpacked. */
export const TRACKING_BODY_BYTES = 500 * 1024;
/** An item may nest 20 levels deep and lies in the array of a batch; its values have keys. */
const bounds = { depth: 24, keys: 60_000 };

/** A request's body: an object, and where it has numbers that lost digits. */
export interface TrackingBody {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly inexact: readonly JsonPath[];
}

/**
 * Reads every body as JSON that is called so, called plain text (browsers send that, because it needs no preflight) or not
 * called anything; 415 for the rest.
 */
export function parseTrackingBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer' as const, bodyLimit: TRACKING_BODY_BYTES };
  server.addContentTypeParser('*', options, (request: FastifyRequest, body: Buffer, done) => {
    if (!isUsual(request)) return void unpacked(request, body).then((read) => done(null, read), done);
    const read = attempt(() => readTrackingBody(body));
    done('error' in read ? read.error : null, read);
  });
}

/** How nearly every client calls its body; looked up, because this runs once per event. */
const usualTypes = new Set([
  'application/json',
  'text/plain',
  'application/json; charset=utf-8',
  'text/plain;charset=UTF-8',
]);

const isUsual = ({ headers }: FastifyRequest): boolean =>
  headers['content-encoding'] === undefined && usualTypes.has(headers['content-type'] ?? 'application/json');

async function unpacked(request: FastifyRequest, body: Buffer): Promise<TrackingBody> {
  refuseOtherTypes(request.headers['content-type']);
  return readTrackingBody(await plainBytes(request, body, TRACKING_BODY_BYTES));
}

function attempt<T>(work: () => T): T | { readonly error: Error } {
  try {
    return work();
  } catch (error) {
    return { error: error as Error };
  }
}

/** Throws `Invalid` when the bytes are no JSON object within the bounds. */
export function readTrackingBody(bytes: Buffer): TrackingBody {
  if (!isUtf8(bytes)) throw Invalid.at('', 'encoding', 'The body is not UTF-8.');
  const read = readJson(bytes.toString('utf8'), bounds);
  if ('code' in read) throw Invalid.at('', read.code, `The body is ${read.message}.`);
  if (!isObject(read.value)) throw Invalid.at('', 'type', 'The body is not a JSON object.');
  return { fields: read.value, inexact: read.inexact };
}

function refuseOtherTypes(contentType = 'application/json'): void {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'text/plain')
    throw new HttpException(
      `Bodies of type ${JSON.stringify(type.slice(0, 100))} are not read; JSON is.`,
      415,
    );
}
