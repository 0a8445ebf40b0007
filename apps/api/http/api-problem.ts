import { HttpException } from '@nestjs/common';
import type { Problem } from '@entente/kernel';

/** A refusal that is about HTTP itself (a header, a query, the key), where no domain error fits. */
export class ApiProblem extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    readonly detail: string,
    readonly problems: readonly Problem[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super({ message: detail, code, problems }, status);
    this.message = detail;
  }
}

/** 400: the request itself is malformed at one place of it. */
export const malformed = (path: string, code: string, message: string, expected?: string): ApiProblem =>
  new ApiProblem(400, 'malformed', message, [{ path, code, message, expected }]);
