import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtension, ApiOperation, ApiResponse, PartialType } from '@nestjs/swagger';

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

/** A merge-patch (RFC 7396) of what PUT takes. */
export const TakesPatchOf = (body: new () => object): MethodDecorator => {
  class Patch extends PartialType(body) {}
  Object.defineProperty(Patch, 'name', { value: `${body.name}Patch` });
  return applyDecorators(
    ApiConsumes('application/merge-patch+json', 'application/json'),
    ApiBody({ type: Patch }),
    ApiExtension('x-merge-patch', true),
  );
};
