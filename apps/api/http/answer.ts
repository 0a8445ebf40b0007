import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  StreamableFile,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';

/** What a route answers when the body alone does not say it. */
export class Answer<Body> {
  constructor(
    readonly status: number,
    readonly body: Body,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

export const etag = (revision: number): string => `"${revision}"`;

/** The answer to reading or writing an authored thing: its ETag is its revision. */
export const revised = <Body>(revision: number, body: Body, status = 200): Answer<Body> =>
  new Answer(status, body, { etag: etag(revision) });

/** Turns `Answer` into the status, headers and body of the reply. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(map((answer) => (answer instanceof Answer ? write(reply, answer) : answer)));
  }
}

function write(reply: FastifyReply, answer: Answer<unknown>): unknown {
  void reply.status(answer.status).headers(answer.headers);
  if (answer.body instanceof StreamableFile) return answer.body;
  return answer.body;
}
