import { HttpException } from '@nestjs/common';
import { DomainError, type Problem } from '@entente/kernel';
import { DatabaseUnreachable, sqlState } from '@entente/storage';
import { StreamBusy } from '@entente/stream';

/** An RFC 9457 problem, as `application/problem+json` carries it. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly problems?: readonly Problem[];
}

/** What a caller is told about an error, and whether it is our fault (then it is logged, and the caller told no more). */
export interface Answer {
  readonly document: ProblemDocument;
  readonly headers: Readonly<Record<string, string>>;
  readonly ours: boolean;
}

const domainStatus: Readonly<Record<string, number>> = {
  invalid: 400,
  'not-found': 404,
  conflict: 409,
  stale: 412,
};

const titles: Readonly<Record<number, string>> = {
  400: 'The request is invalid',
  401: 'No valid key',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  408: 'The request took too long',
  409: 'Conflict',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported content type',
  422: 'The request cannot be carried out',
  429: 'Too many requests',
  431: 'Header too large',
  500: 'Internal error',
  503: 'Not available now',
};

const RETRY_SECONDS = 5;

/** The answer to any error: what a request did wrong becomes 4xx, a resource that is gone 503, all else 500. */
export function answerTo(error: unknown): Answer {
  for (const known of [domainAnswer, httpAnswer, busyAnswer, databaseAnswer, fastifyAnswer]) {
    const answer = known(error);
    if (answer) return answer;
  }
  return plain(500, undefined, { ours: true });
}

function domainAnswer(error: unknown): Answer | undefined {
  if (!(error instanceof DomainError)) return undefined;
  const status = domainStatus[error.code] ?? 400;
  const problems = error.problems.length > 0 ? { problems: error.problems } : {};
  return {
    document: { ...documentOf(status, error.message, error.code), ...problems },
    headers: {},
    ours: false,
  };
}

function httpAnswer(error: unknown): Answer | undefined {
  if (!(error instanceof HttpException)) return undefined;
  const status = error.getStatus();
  if (status === 503) return plain(status, undefined, { retryAfter: RETRY_SECONDS });
  if (status === 429) return plain(status, error.message, { retryAfter: RETRY_SECONDS });
  return plain(status, status < 500 ? error.message : undefined, { ours: status >= 500 });
}

function busyAnswer(error: unknown): Answer | undefined {
  return error instanceof StreamBusy
    ? plain(429, error.message, { retryAfter: error.retryAfter })
    : undefined;
}

/** SQLSTATE classes: 22 a value the database cannot hold, 23 a constraint, 08, 53 and 57 the server itself. */
function databaseAnswer(error: unknown): Answer | undefined {
  const state = sqlState(error);
  if (!state)
    return unreachable(error) ? plain(503, undefined, { retryAfter: RETRY_SECONDS, ours: true }) : undefined;
  if (state.startsWith('22'))
    return plain(400, 'A value is out of range or has characters that cannot be stored.');
  if (state.startsWith('23')) return plain(409, 'It contradicts what is there already.');
  if (['08', '53', '57'].includes(state.slice(0, 2)))
    return plain(503, undefined, { retryAfter: RETRY_SECONDS, ours: true });
  return undefined;
}

const systemErrors: readonly unknown[] = ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE'];
/** What node-postgres says, without a code, of a connection that was lost. */
const LOST = 'Connection terminated';

/** A connection to PostgreSQL could not be made, or was lost with a query on it. */
function unreachable(error: unknown): boolean {
  if (error instanceof DatabaseUnreachable) return true;
  const { driverError, message } = (error ?? {}) as { driverError?: Failure } & Failure;
  const said = driverError?.message ?? message;
  return systemErrors.includes(driverError?.code) || (typeof said === 'string' && said.startsWith(LOST));
}

interface Failure {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** Fastify's own errors (unreadable body, too large, unknown content type) carry their status. */
function fastifyAnswer(error: unknown): Answer | undefined {
  const { statusCode: status, message } = (error ?? {}) as { statusCode?: number; message?: string };
  return status && status >= 400 && status < 500 ? plain(status, message) : undefined;
}

function plain(
  status: number,
  detail: string | undefined,
  { retryAfter, ours = false }: { retryAfter?: number; ours?: boolean } = {},
): Answer {
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter)) };
  return { document: documentOf(status, detail), headers, ours };
}

function documentOf(status: number, detail: string | undefined, code = codeOf(status)): ProblemDocument {
  const title = titles[status] ?? 'Error';
  return { type: `urn:entente:${code}`, title, status, ...(detail ? { detail } : {}) };
}

const codeOf = (status: number): string => (titles[status] ?? 'error').toLowerCase().replaceAll(' ', '-');
