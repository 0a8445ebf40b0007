/** One thing wrong with an input: where (a JSON path such as `steps[2].wait`), what, and what was expected. */
export interface Problem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly expected?: string;
}

/** An error that callers are meant to see. `runtime` alone knows which HTTP status each becomes. */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = new.target.name;
    this.problems = problems;
  }
}

/** The input breaks a rule; every problem is listed at once. */
export class Invalid extends DomainError {
  readonly code = 'invalid';

  static at(path: string, code: string, message: string, expected?: string): Invalid {
    return new Invalid(message, [{ path, code, message, expected }]);
  }
}

/** What was asked for does not exist, or not for the one who asks. */
export class NotFound extends DomainError {
  readonly code = 'not-found';
}

/** The request is sound but what it finds forbids it: already there, in use, in the wrong state. */
export class Conflict extends DomainError {
  readonly code = 'conflict';
}

/** Somebody else was faster: the version named is not the current one. */
export class Stale extends DomainError {
  readonly code = 'stale';
}
