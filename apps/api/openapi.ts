import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { KEY_PATTERN } from '@entente/kernel';
import { ruleSchemas } from '@entente/segment';

const described = new DocumentBuilder()
  .setTitle('Entente: marketing API')
  .setVersion('1')
  .setDescription(
    'For marketers: contacts, segments, campaigns, broadcasts, templates, reports. See docs/api.md.',
  )
  .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An access key.' })
  .addSecurityRequirements('bearer')
  .build();

/** Serves the documentation: `/api/v1/openapi.json`, and a page to browse it at `/api/v1/docs`. */
export function serveDocumentation(app: NestFastifyApplication): void {
  SwaggerModule.setup('api/v1/docs', app, () => documentOf(app), {
    jsonDocumentUrl: 'api/v1/openapi.json',
    yamlDocumentUrl: 'api/v1/openapi.yaml',
    customSiteTitle: 'Entente: marketing API',
  });
}

/** The OpenAPI document, with what all routes share added to each. */
export function documentOf(app: NestFastifyApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, described, { deepScanRoutes: true });
  document.components = {
    ...document.components,
    schemas: {
      ...document.components?.schemas,
      ...(ruleSchemas() as object),
      ...problemSchemas,
    },
  };
  closeBodies(document.components.schemas as Record<string, Schema>);
  for (const [path, item] of Object.entries(document.paths))
    for (const method of ['get', 'put', 'post', 'patch', 'delete'] as const) {
      const operation = item[method];
      if (operation) complete(operation as Operation, method, path);
    }
  return document;
}

interface Schema {
  properties?: Record<string, { nullable?: boolean; $ref?: string }>;
  additionalProperties?: boolean;
}

/** Bodies take no other fields than those shown; a merge-patch takes null for each. */
function closeBodies(schemas: Record<string, Schema>): void {
  for (const [name, schema] of Object.entries(schemas)) {
    if (/Body(?:Patch)?$/.test(name)) schema.additionalProperties = false;
    if (name.endsWith('BodyPatch'))
      for (const property of Object.values(schema.properties ?? {}))
        if (!property.$ref) property.nullable = true;
  }
}

interface Operation {
  parameters?: { name: string; in: string; schema?: object; description?: string; required?: boolean }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
  [extension: string]: unknown;
}

function complete(operation: Operation, method: string, path: string): void {
  operation.parameters = [...pathParametersOf(operation, path), ...preconditions(method, path)];
  if (operation['x-idempotent']) operation.parameters.push(idempotencyKey);
  for (const status of statusesOf(operation, method)) operation.responses[status] ??= problemAnswer(status);
}

/** The operation's parameters, with those of its path said as they are checked. */
function pathParametersOf(
  { parameters = [] }: Operation,
  path: string,
): NonNullable<Operation['parameters']> {
  const others = parameters.filter((parameter) => parameter.in !== 'path');
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return [
    ...names.map((name) => ({ name, in: 'path', required: true, ...pathParameters[name]! })),
    ...others,
  ];
}

const pathParameters: Record<string, { schema: object; description?: string; example?: string }> = {
  key: { schema: { type: 'string', pattern: KEY_PATTERN } },
  domain: { schema: { type: 'string' }, example: 'shop.example' },
  id: { schema: { type: 'string', format: 'uuid' } },
  version: { schema: { type: 'integer', minimum: 1 } },
  message: { schema: { type: 'string' }, description: 'The contact and the id of its message: `17.0198…`.' },
  company: {
    schema: { type: 'string', maxLength: 200 },
    description: 'The `groupId` of the tracking calls.',
    example: 'acme',
  },
  contact: {
    schema: { type: 'string' },
    description: 'Any identity: `email:ana@example.com`, `user:42`, `crm:17`, `id:1`.',
    example: 'email:ana@example.com',
  },
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and body again give the same answer, for 24 hours.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};

const editable = /\{(?:key|domain)\}$/;

function preconditions(method: string, path: string): NonNullable<Operation['parameters']> {
  if (!['put', 'patch', 'delete'].includes(method) || !editable.test(path)) return [];
  const tag = { type: 'string', pattern: '^(?:\\*|"[0-9]+")$' };
  return ['If-Match', 'If-None-Match'].map((name) => ({
    name,
    in: 'header',
    required: false,
    description: 'An ETag that a read gave, or *; 412 when it does not hold.',
    schema: tag,
  }));
}

function statusesOf({ requestBody, parameters }: Operation, method: string): string[] {
  const hasPath = parameters?.some((parameter) => parameter.in === 'path');
  const hasQuery = parameters?.some((parameter) => parameter.in === 'query');
  const edits = method !== 'get';
  return [
    '400',
    '401',
    '403',
    ...(hasPath ? ['404'] : []),
    ...(edits ? ['409', '412'] : []),
    ...(edits || hasQuery ? ['422'] : []),
    ...(requestBody ? ['413', '415'] : []),
    '429',
  ];
}

const problemAnswer = (status: string): object => ({
  description: problemTitles[status],
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const problemTitles: Record<string, string> = {
  400: 'The request is malformed, or has a field or parameter that is not known.',
  401: 'There is no valid key.',
  403: 'The key may not do this.',
  404: 'It does not exist.',
  409: 'What is there already forbids it.',
  412: 'Somebody else was faster.',
  413: 'The body is too large.',
  415: 'The body is of another content type.',
  422: 'The body, or what is asked for, breaks a rule.',
  429: 'Too many requests.',
};

const problemSchemas = {
  Problem: {
    type: 'object',
    description: 'RFC 9457.',
    required: ['type', 'title', 'status'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      problems: {
        type: 'array',
        items: {
          type: 'object',
          required: ['path', 'code', 'message'],
          properties: {
            path: { type: 'string' },
            code: { type: 'string' },
            message: { type: 'string' },
            expected: { type: 'string' },
          },
        },
      },
    },
  },
};
