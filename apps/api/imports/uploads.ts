import multipart from '@fastify/multipart';
import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { defaultJsonLimits, parseJson } from '@entente/runtime';
import type { Bytes } from '@entente/storage';
import type { KeyedRequest } from '../access/access';
import { ApiProblem, malformed } from '../http/api-problem';
import { textProblems } from '../http/check-text';

const MEGABYTE = 1_048_576;
const limits = {
  fileSize: 100 * MEGABYTE,
  fieldSize: MEGABYTE,
  fieldNameSize: 100,
  files: 2,
  fields: 4,
  parts: 4,
};

/** A file with the plan that says what to do with it. */
export interface Upload {
  readonly plan: unknown;
  readonly bytes: Bytes;
}

type UploadRequest = KeyedRequest & { upload?: Upload };

/** Lets this server read multipart bodies, at the routes that ask for them. */
export const acceptUploads = async (app: NestFastifyApplication): Promise<void> => {
  await app.register(multipart as never, { limits });
};

export const uploadOf = (request: KeyedRequest): Upload => (request as UploadRequest).upload!;

/**
 * Takes a multipart body of `file` and `plan` to a temporary file, which is gone after the answer. A guard, because it must come
 * after access was checked and before the interceptor that compares the bodies of requests with one Idempotency-Key.
 */
@Injectable()
class UploadGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<UploadRequest>();
    if (!request.isMultipart())
      throw new ApiProblem(
        415,
        'unsupported-type',
        'The body must be multipart/form-data, with file and plan.',
      );
    const { file, plan } = await receive(request);
    request.upload = { plan, bytes: () => createReadStream(file) as AsyncIterable<Buffer> };
    request.body = { plan, file: await hashOf(file) };
    return true;
  }
}

export const TakesUpload = (): MethodDecorator => UseGuards(UploadGuard);

async function receive(request: UploadRequest): Promise<{ file: string; plan: unknown }> {
  const { files, values } = await saved(request);
  const fields = Object.entries(values);
  const unknown = fields.find(([name]) => name !== 'file' && name !== 'plan');
  if (unknown) throw malformed(unknown[0].slice(0, 100), 'unknown-field', 'is not known here', 'file, plan');
  const file = files.filter(({ fieldname }) => fieldname === 'file');
  if (file.length !== 1)
    throw malformed('file', 'missing', 'There must be one file.', 'a CSV file in the part file');
  const plan = await planOf(files, fields);
  return { file: file[0]!.filepath, plan };
}

type Saved = Awaited<ReturnType<UploadRequest['saveRequestFiles']>>;

const NOT_JSON = 'FST_INVALID_JSON_FIELD_ERROR';

async function saved(request: UploadRequest): Promise<Saved> {
  try {
    return await request.saveRequestFiles({ limits });
  } catch (error) {
    const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
    if (code === NOT_JSON) throw malformed('plan', 'json', 'The plan is not JSON.', 'a JSON object');
    if (typeof statusCode === 'number') throw error;
    throw malformed('', 'multipart', 'The body is not sound multipart/form-data.');
  }
}

/** The plan may come as a field or as a file, as clients like it. */
async function planOf(files: Saved['files'], fields: readonly [string, unknown][]): Promise<unknown> {
  const saved = files.find(({ fieldname }) => fieldname === 'plan');
  const field = fields.find(([name]) => name === 'plan')?.[1] as { value?: unknown } | undefined;
  const content = saved ? await readFile(saved.filepath) : Buffer.from(textOf(field?.value));
  if (content.length === 0 || content.length > MEGABYTE)
    throw malformed(
      'plan',
      'missing',
      'There must be one plan of up to 1 MB.',
      'a JSON object in the part plan',
    );
  const plan = parseJson(content, defaultJsonLimits);
  const problems = textProblems(plan, 'plan');
  if (problems.length > 0)
    throw new ApiProblem(400, 'malformed', 'The plan cannot be stored as it is.', problems);
  return plan;
}

/** Fields whose content type is JSON come parsed. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
