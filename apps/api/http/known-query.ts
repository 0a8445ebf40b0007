import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { FastifyRequest } from 'fastify';
import { malformed } from './api-problem';

/** Refuses a query at routes that take none; where one is taken, its class refuses what it does not know. */
@Injectable()
export class KnownQueryGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    const [name] = Object.keys(query as object);
    if (name === undefined || takesQuery(context)) return true;
    throw malformed(name, 'unknown-field', 'There is no such query parameter here.', 'no query');
  }
}

function takesQuery(context: ExecutionContext): boolean {
  const taken = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as
    Record<string, unknown> | undefined;
  return Object.keys(taken ?? {}).some((name) => name.startsWith(`${RouteParamtypes.QUERY}:`));
}
