import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Clock } from '@entente/kernel';
import { type AccessKey, Database, findKey } from '@entente/storage';
import { ApiProblem, malformed } from '../http/api-problem';
import { CLOCK } from '../surroundings';
import type { KeyedRequest } from './access';
import { FailedKeys } from './failed-keys';
import { NEEDS } from './needs';
import { type ApiRole, mayDo } from './roles';

const REMEMBERED_KEYS = 1_000;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,200}=*)$/i;

/** Lets a request through when its key's role may call the route. Runs after routing, so no path gets around it. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly failed: FailedKeys;
  /** Keys that were right lately: somebody else's wrong tries behind the same proxy do not stop them. */
  private readonly proven = new Set<string>();

  constructor(
    private readonly reflector: Reflector,
    private readonly database: Database,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.failed = new FailedKeys(clock);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<KeyedRequest>();
    const needed = this.reflector.get<ApiRole | undefined>(NEEDS, context.getHandler());
    const key = await this.keyOf(request);
    request.access = { key, target: targetOf(request) };
    if (!needed || !mayDo(key.role, needed)) throw forbidden(key, needed);
    return true;
  }

  private async keyOf(request: KeyedRequest): Promise<AccessKey> {
    const secret = secretOf(request);
    if (secret === undefined) throw unauthorized();
    const wait = this.proven.has(secret) ? 0 : this.failed.wait(request.ip);
    if (wait > 0) throw tooManyTries(wait);
    const key = await findKey(this.database, secret);
    if (!key) return this.refuse(secret, request.ip);
    this.prove(secret);
    return key;
  }

  private refuse(secret: string, client: string): never {
    this.proven.delete(secret);
    this.failed.add(client);
    throw unauthorized();
  }

  private prove(secret: string): void {
    if (this.proven.size >= REMEMBERED_KEYS) this.proven.clear();
    this.proven.add(secret);
  }
}

/** The key in the request's one Authorization header. */
function secretOf(request: KeyedRequest): string | undefined {
  const names = request.raw.rawHeaders.filter((_, index) => index % 2 === 0);
  const count = names.filter((name) => name.toLowerCase() === 'authorization').length;
  if (count > 1)
    throw malformed('Authorization', 'repeated', 'There are two Authorization headers.', 'one header');
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

const PLAIN = /^[\w.:-]{1,100}$/;

/** `segments/loyal` of `/api/v1/segments/:key`; who a contact is stays out of it until the contact is found. */
function targetOf(request: KeyedRequest): string {
  const pattern = request.routeOptions.url ?? '';
  const params = request.params as Record<string, string>;
  const named = (name: string): string =>
    name !== 'contact' && PLAIN.test(params[name] ?? '') ? params[name]! : '…';
  return pattern.replace(/^\/api\/v1\//, '').replace(/:(\w+)/g, (_, name: string) => named(name));
}

const unauthorized = (): ApiProblem =>
  new ApiProblem(401, 'unauthorized', 'Send a key: Authorization: Bearer <key>.', [], {
    'www-authenticate': 'Bearer',
  });

const tooManyTries = (wait: number): ApiProblem =>
  new ApiProblem(429, 'too-many-tries', `Too many wrong keys. Try again in ${wait} s.`, [], {
    'retry-after': String(wait),
  });

const forbidden = (key: AccessKey, needed: ApiRole | undefined): ApiProblem =>
  new ApiProblem(
    403,
    'forbidden',
    needed
      ? `This needs a key with the role ${needed}; this key has the role ${key.role}.`
      : 'No role may do this.',
  );
