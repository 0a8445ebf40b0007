import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Body, Controller, Get, Inject, Module, Post } from '@nestjs/common';
import type { Database } from '@entente/storage';
import type { Stream } from '@entente/stream';
import { openLog } from '../logger';
import type { Resources } from '../resources';
import { RESOURCES } from '../resources-module';
import { loadSettings } from '../settings';
import { startHttpApp, type RunningHttpApp } from './start-http-app';

@Controller()
class EchoController {
  constructor(@Inject(RESOURCES) private readonly resources: Resources) {}

  @Post('echo')
  echo(@Body() body: unknown) {
    return { body: body ?? null, host: this.resources.settings.host };
  }

  @Get('broken')
  broken() {
    throw new TypeError('a secret detail of ana@example.com');
  }

  @Get('slow')
  async slow() {
    await sleep(300);
    return 'done';
  }

  @Get('p/:token')
  long() {
    return 'ok';
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const lines: string[] = [];
const reachable = { database: true };
const resources = {
  settings: loadSettings({}),
  log: openLog({ logLevel: 'info' }, 'test', { write: (line) => lines.push(line) }),
  database: { query: async () => (reachable.database ? [] : Promise.reject(new Error('gone'))) },
  stream: { bounds: async () => new Map() } as unknown as Stream,
} as unknown as Resources & { database: Database };

let app: RunningHttpApp;
beforeAll(async () => {
  app = await startHttpApp(EchoModule, { name: 'echo', port: 0, resources, bodyLimit: 10_000, forms: true });
});
afterAll(() => app.close());

const send = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${app.url}${path}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
};

const post = (body: string | Buffer, contentType?: string, headers: Record<string, string> = {}) =>
  send('/echo', {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { ...(contentType ? { 'content-type': contentType } : {}), ...headers },
  });

const JSON_TYPE = 'application/json';

it('reads JSON, gzipped too, and forms', async () => {
  expect((await post('{"a":1}', JSON_TYPE)).text).toContain('{"body":{"a":1}');
  expect((await post('{"a":1}', 'application/json; charset=UTF-8')).status).toBe(201);
  expect((await post(gzipSync('{"a":1}'), JSON_TYPE, { 'content-encoding': 'gzip' })).text).toContain(
    '{"a":1}',
  );
  expect((await post('a=1&a=2', 'application/x-www-form-urlencoded')).text).toContain('{"a":"2"}');
});

it.each([
  ['an empty body', '', JSON_TYPE, {}, 400],
  ['no JSON', '{', JSON_TYPE, {}, 400],
  ['a key that reaches a prototype', '{"__proto__":{"x":1}}', JSON_TYPE, {}, 400],
  ['a body over the limit', `"${'x'.repeat(10_000)}"`, JSON_TYPE, {}, 413],
  ['a gzip bomb', gzipSync(Buffer.alloc(10_000_000)), JSON_TYPE, { 'content-encoding': 'gzip' }, 413],
  ['gzip that is none', '{}', JSON_TYPE, { 'content-encoding': 'gzip' }, 400],
  ['another encoding', '{}', JSON_TYPE, { 'content-encoding': 'br' }, 415],
  ['another charset', '{}', 'application/json; charset=utf-7', {}, 415],
  ['another content type', '<a/>', 'application/xml', {}, 415],
])('E01-E09: answers %s as a problem document', async (_name, body, type, headers, status) => {
  const answer = await post(body, type, headers);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch('application/problem+json');
  expect(JSON.parse(answer.text)).toMatchObject({ status });
});

it('promise 11: shows no detail of an error of ours, and logs it under the id it gives', async () => {
  const { status, text } = await send('/broken');
  expect(status).toBe(500);
  expect(text).not.toMatch(/secret|TypeError|\.ts/);
  const id = /id ([0-9a-f-]{36})/.exec(text)?.[1];
  const line = lines.find((logged) => logged.includes(id!));
  expect(line).toContain('a secret detail of [address]');
});

it.each(['/nothing', '/%zz', '/p/%c0%af'])('answers %s below 500', async (path) => {
  const answer = await send(path);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers.get('content-type')).toMatch('application/problem+json');
});

it('takes long tokens in a path', async () =>
  expect((await send(`/p/${'t'.repeat(4_000)}`)).status).toBe(200));

it('tells health and metrics', async () => {
  expect(JSON.parse((await send('/health')).text)).toMatchObject({
    status: 'ok',
    checks: { database: { status: 'ok' }, stream: { status: 'ok' } },
  });
  reachable.database = false;
  expect((await send('/health')).status).toBe(503);
  expect((await send('/metrics')).text).toMatch(/entente_http_request_seconds_count\{.*app="echo"/);
});

it('finishes the requests in hand before it stops, and keeps no idle connection', async () => {
  const other = await startHttpApp(EchoModule, { name: 'echo', port: 0, resources });
  await fetch(`${other.url}/p/idle`).then((response) => response.text());
  const slow = fetch(`${other.url}/slow`).then((response) => response.text());
  await sleep(100);
  await other.close();
  expect(await slow).toBe('done');
  await expect(fetch(`${other.url}/p/late`)).rejects.toThrow();
});
