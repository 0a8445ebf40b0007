import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AccessKey } from '@entente/storage';

/** Who makes the request, and what the audit log will say it was about. */
export interface Access {
  readonly key: AccessKey;
  target: string;
}

export type KeyedRequest = FastifyRequest & { access?: Access };

/** The access that the guard established. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Access =>
    context.switchToHttp().getRequest<KeyedRequest>().access!,
);
