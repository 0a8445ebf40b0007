import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Invalid } from '@entente/kernel';
import { answerTo } from '@entente/runtime';
import { ApiProblem } from './api-problem';

/** Problems of a body that could not even be read; what is read and breaks a rule is 422. */
const unreadable = new Set(['encoding', 'json', 'too-deep', 'too-many-keys']);

/** Answers what is this API's own: problems of headers and queries, and input that breaks a rule. */
@Catch(ApiProblem, Invalid)
export class ApiProblemFilter implements ExceptionFilter {
  catch(error: ApiProblem | Invalid, host: ArgumentsHost): void {
    const problem = error instanceof ApiProblem ? error : fromInvalid(error);
    const status = problem.getStatus();
    const { title } = answerTo(new HttpException('', status)).document;
    const { code, detail, problems, headers } = problem;
    void host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .code(status)
      .headers(headers)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .serializer(JSON.stringify)
      .send({ type: `urn:entente:${code}`, title, status, detail, ...(problems.length && { problems }) });
  }
}

function fromInvalid({ message, problems }: Invalid): ApiProblem {
  const unread = problems.some(({ path, code }) => path === '' && unreadable.has(code));
  return unread
    ? new ApiProblem(400, 'malformed', message, problems)
    : new ApiProblem(422, 'invalid', message, problems);
}
