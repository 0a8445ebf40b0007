import { randomUUID } from 'node:crypto';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerTo, type Answer } from './http-problem';
import type { Logger } from '../logger';

/** Answers every error as a problem document. What is our fault is logged under an id, which is all the caller learns. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), error, this.log);
  }
}

/** Sends the problem document of an error. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown, log: Logger): void {
  const answer = answerTo(error);
  const document = answer.ours
    ? { ...answer.document, detail: logged(request, answer, error, log) }
    : answer.document;
  if (reply.raw.headersSent) return void reply.raw.destroy();
  void reply
    .code(answer.document.status)
    .headers(answer.headers)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(document);
}

function logged(request: FastifyRequest, answer: Answer, error: unknown, log: Logger): string {
  const id = randomUUID();
  const { status } = answer.document;
  log.error(
    { err: error, id, method: request.method, route: request.routeOptions?.url, status },
    'request failed',
  );
  return `It is logged under the id ${id}.`;
}
