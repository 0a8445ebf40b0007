import { Logger } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { MetadataScanner } from '@nestjs/core';
import { controllers } from '../../apps/api/api.module';
import { NEEDS } from '../../apps/api/access/needs';
import { TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => (api = await TestApi.start()));
afterAll(() => api.close());

type Handler = (...args: unknown[]) => unknown;

const routes = controllers.flatMap((controller) => {
  const prototype = controller.prototype as Record<string, Handler>;
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .filter((name) => Reflect.hasMetadata(METHOD_METADATA, prototype[name]!))
    .map((name) => ({
      name: `${controller.name}.${name}`,
      needs: Reflect.getMetadata(NEEDS, prototype[name]!) as string | undefined,
      path: String(Reflect.getMetadata(PATH_METADATA, controller)),
    }));
});

it('has routes, each under /api/v1 and each with the role it needs', () => {
  expect(routes.length).toBeGreaterThan(50);
  expect(routes.filter(({ needs }) => needs === undefined)).toEqual([]);
  expect(routes.filter(({ path }) => !path.startsWith('api/v1'))).toEqual([]);
});

describe('the OpenAPI document', () => {
  interface Operation {
    readonly summary?: string;
    readonly responses: Record<string, { content?: object }>;
    readonly parameters?: { readonly name: string; readonly in: string; readonly schema?: object }[];
  }
  let paths: Record<string, Record<string, Operation>>;
  const warn = jest.spyOn(Logger, 'warn').mockImplementation();
  beforeAll(async () => {
    const response = await fetch(`${api.url}/openapi.json`);
    paths = ((await response.json()) as { paths: typeof paths }).paths;
  });
  afterAll(() => warn.mockRestore());

  it('shows no body as another one of the same name', () => {
    expect(warn.mock.calls).toEqual([]);
  });

  it('describes every route, with what it answers', () => {
    const operations = Object.values(paths).flatMap((item) => Object.values(item));
    expect(operations).toHaveLength(routes.length);
    for (const { summary, responses } of operations) {
      expect(summary).toBeTruthy();
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '401', '403', '429']));
      expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
    }
  });

  it('has a page to browse it, without anything from elsewhere', async () => {
    const page = await fetch(`${api.url}/docs`);
    const html = await page.text();
    expect([page.status, html.includes('swagger-ui')]).toEqual([200, true]);
    expect(html).not.toMatch(/(?:src|href)="https?:/);
    const asset = await fetch(`${api.url}/docs/swagger-ui-bundle.js`);
    expect(asset.status).toBe(200);
  });

  it('A01, A02: refuses every route without a key and to a write key', async () => {
    const calls = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'x')] as const),
    );
    const site = api.url.replace('/api/v1', '');
    const ingest = await api.key('ingest');
    for (const [method, path] of calls) {
      const bare = await fetch(`${site}${path}`, { method });
      expect([method, path, bare.status]).toEqual([method, path, 401]);
      const written = await fetch(`${site}${path}`, {
        method,
        headers: { authorization: `Bearer ${ingest}` },
      });
      expect([method, path, written.status]).toEqual([method, path, 403]);
    }
  });
});
