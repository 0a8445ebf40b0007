import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOperation,
  ApiResponse,
  getSchemaPath,
  PartialType,
} from '@nestjs/swagger';

type Class = abstract new (...args: never[]) => unknown;

/** What a good answer holds: nothing, or an object of a class, or of one of several. */
type Held = Class | readonly Class[] | null;

/** What the documentation says of a route: one line, and what each good answer holds. */
export const Does = (summary: string, answers: Readonly<Record<number, Held>>): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiExtraModels(...(Object.values(answers).filter(Array.isArray).flat() as never[])),
    ...Object.entries(answers).map(([status, held]) =>
      ApiResponse({
        status: Number(status),
        description: goodAnswers[status] ?? 'Done.',
        ...(held && schemaOf(held)),
      }),
    ),
  );

const schemaOf = (held: Class | readonly Class[]): object =>
  Array.isArray(held)
    ? { schema: { oneOf: held.map((one: Class) => ({ $ref: getSchemaPath(one as never) })) } }
    : { type: held };

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
