import { Module, type DynamicModule, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import 'reflect-metadata';
import { addBodyParsers, type BodyOptions } from './body-parsers';
import { healthOf, resourceChecks, type HealthChecks } from './health';
import type { Logger } from '../logger';
import { Metrics } from '../metrics';
import { ProblemFilter, sendProblem } from './problem-filter';
import { ResourcesModule } from '../resources-module';
import type { Resources, RunningApp } from '../resources';

export interface HttpAppOptions extends BodyOptions {
  readonly name: string;
  readonly port: number;
  readonly resources: Resources;
  /** Made by the app when it counts something itself. */
  readonly metrics?: Metrics;
  /** Checks besides those of the database and the stream. */
  readonly health?: HealthChecks;
  /** Answers a path that no router can read (too long, badly encoded); with a problem document when not said. */
  readonly onUnreadablePath?: (request: FastifyRequest, reply: FastifyReply) => void;
  /** Last touches before it listens: plugins, documentation, CORS. */
  readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
}

export interface RunningHttpApp extends RunningApp {
  readonly url: string;
  readonly app: NestFastifyApplication;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of common proxies, which otherwise reuse a connection just being closed. */
const KEEP_ALIVE_MS = 75_000;
const LONGEST_PATH_PART = 8_192;
const SWEEP_MS = 50;

/** Starts a NestJS app on Fastify with `/health`, `/metrics`, bounded bodies, timeouts and problem documents. */
export async function startHttpApp(
  module: Type | DynamicModule,
  options: HttpAppOptions,
): Promise<RunningHttpApp> {
  const { name, port, resources } = options;
  const log = resources.log.child({ app: name });
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: RootModule, imports: [ResourcesModule.of(resources), module] },
    adapterFor(options, log),
    { bodyParser: false, abortOnError: false, logger: nestLogger(log) },
  );
  app.useGlobalFilters(new ProblemFilter(log));
  addBodyParsers(app.getHttpAdapter().getInstance(), options);
  addOperations(app, options);
  await options.configure?.(app);
  await app.listen(port, resources.settings.host);
  log.info({ port }, 'listening');
  const url = urlOf(resources.settings.host, portOf(app));
  return { name, app, url, close: () => drain(app) };
}

@Module({})
class RootModule {}

function adapterFor(
  { resources: { settings }, onUnreadablePath }: HttpAppOptions,
  log: Logger,
): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: LONGEST_PATH_PART, ignoreTrailingSlash: true },
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      onUnreadablePath ? onUnreadablePath(request, reply) : sendProblem(request, reply, error, log),
  });
}

/** Health, metrics and what every answer carries; outside of the app's guards. */
function addOperations(app: NestFastifyApplication, options: HttpAppOptions): void {
  const server = app.getHttpAdapter().getInstance();
  const metrics = options.metrics ?? new Metrics(options.name);
  const seconds = metrics.duration('http_request_seconds', 'HTTP requests', ['method', 'route', 'status']);
  const checks = { ...resourceChecks(options.resources), ...options.health };
  server.addHook(
    'onRequest',
    async (_request, reply) => void reply.header('x-content-type-options', 'nosniff'),
  );
  server.addHook('onResponse', async (request, reply) =>
    seconds.observe(
      { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode },
      reply.elapsedTime / 1_000,
    ),
  );
  server.get('/health', async (_request, reply) => {
    const health = await healthOf(checks);
    return reply.code(health.status === 'ok' ? 200 : 503).send(health);
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

/** Lets requests in hand finish. Their connections are kept alive afterwards, so idle ones are closed until none is left. */
async function drain(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  await app.close().finally(() => clearInterval(sweep));
}

/** The port in use, also where 0 asked for any free one. */
const portOf = (app: NestFastifyApplication): number =>
  (app.getHttpServer().address() as { port: number }).port;

const urlOf = (host: string, port: number): string =>
  `http://${['0.0.0.0', '127.0.0.1', '::'].includes(host) ? 'localhost' : host}:${port}`;

/** What the framework tells at start is of interest to its developers only. */
function nestLogger(log: Logger): LoggerService {
  return {
    log: (message: unknown) => log.trace(String(message)),
    debug: (message: unknown) => log.trace(String(message)),
    warn: (message: unknown) => log.warn(String(message)),
    error: (message: unknown) => log.error(String(message)),
    fatal: (message: unknown) => log.fatal(String(message)),
  };
}
