import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { catchError, concatMap, from, type Observable, of } from 'rxjs';
import { canonicalJson, Conflict, Invalid, type Json, type JsonObject } from '@entente/kernel';
import {
  claimRequest,
  Database,
  forgetRequest,
  rememberAnswer,
  type RememberedAnswer,
  type RequestMark,
} from '@entente/storage';
import type { KeyedRequest } from '../access/access';
import { Answer } from './answer';
import { malformed } from './api-problem';

const IDEMPOTENT = 'entente:idempotent';

/** This POST takes an Idempotency-Key. `secret` names a field of the answer that is given once only. */
export const Idempotent = (secret?: string): MethodDecorator =>
  applyDecorators(
    SetMetadata(IDEMPOTENT, { secret } satisfies Idempotence),
    ApiExtension('x-idempotent', true),
  );

interface FirstRun extends Idempotence {
  readonly next: CallHandler;
  readonly reply: FastifyReply;
}

interface Idempotence {
  readonly secret?: string;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Runs a request with an Idempotency-Key once and answers its repetitions with the same. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly database: Database,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const idempotence = this.reflector.get<Idempotence | undefined>(IDEMPOTENT, context.getHandler());
    const request = context.switchToHttp().getRequest<KeyedRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const header = request.headers['idempotency-key'];
    if (!idempotence || header === undefined) return next.handle();
    const mark = markOf(request, String(header));
    return from(this.earlierAnswer(mark)).pipe(
      concatMap((answer) => (answer ? of(answer) : this.first(mark, { next, reply, ...idempotence }))),
    );
  }

  private async earlierAnswer(mark: RequestMark): Promise<Answer<Json> | undefined> {
    const claim = await claimRequest(this.database, mark);
    if (claim.is === 'first') return undefined;
    if (claim.is === 'answered') return new Answer(claim.answer.status, claim.answer.response);
    if (claim.is === 'running') throw new Conflict('A request with this Idempotency-Key is still running.');
    throw Invalid.at(
      'Idempotency-Key',
      'other-body',
      'This Idempotency-Key was used with another request.',
      'a new key for a new request',
    );
  }

  private first(mark: RequestMark, { next, reply, secret }: FirstRun): Observable<unknown> {
    return next.handle().pipe(
      concatMap(async (answer: unknown) => {
        await rememberAnswer(this.database, mark, remembered(answer, reply.statusCode, secret));
        return answer;
      }),
      catchError(async (error: unknown) => {
        await forgetRequest(this.database, mark);
        throw error;
      }),
    );
  }
}

/** What a repetition will be answered with; `usual` is the status of the route. */
function remembered(answer: unknown, usual: number, secret: string | undefined): RememberedAnswer {
  const { status, body } = answer instanceof Answer ? answer : { status: usual, body: answer };
  const response = JSON.parse(JSON.stringify(body ?? null)) as Json;
  return { status, response: secret ? { ...(response as JsonObject), [secret]: null } : response };
}

function markOf(request: KeyedRequest, key: string): RequestMark {
  if (!KEY.test(key))
    throw malformed(
      'Idempotency-Key',
      'pattern',
      'Idempotency-Key is malformed.',
      '1 to 255 visible characters',
    );
  const said = canonicalJson([request.method, request.url, request.body ?? null]);
  return { keyId: request.access!.key.id, key, bodyHash: createHash('sha256').update(said).digest() };
}
