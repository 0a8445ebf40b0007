import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, PartialType } from '@nestjs/swagger';

type Class = abstract new (...args: never[]) => unknown;

/** What the documentation says of a route: one line, and what each good answer holds. */
export const Does = (summary: string, answers: Readonly<Record<number, Class | null>>): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary }),
    ...Object.entries(answers).map(([status, type]) =>
      ApiResponse({
        status: Number(status),
        description: goodAnswers[status] ?? 'Done.',
        ...(type && { type: type as never }),
      }),
    ),
  );

const goodAnswers: Record<string, string> = {
  200: 'As it is now.',
  201: 'It was created.',
  202: 'It was accepted and is being done.',
  204: 'It is done; there is nothing to add.',
};

/** The body may come as a merge-patch (RFC 7396). */
export const TakesMergePatch = (): MethodDecorator =>
  ApiConsumes('application/merge-patch+json', 'application/json');

/** A merge-patch of what PUT takes, with any of its fields. */
export const TakesPatchOf = (body: new () => object): MethodDecorator => {
  class Patch extends PartialType(body) {}
  Object.defineProperty(Patch, 'name', { value: `${body.name}Patch` });
  return applyDecorators(TakesMergePatch(), ApiBody({ type: Patch }));
};
