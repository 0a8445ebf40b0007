import type { FactType } from '@entente/event';
import { Invalid } from '@entente/kernel';
import { Controller, HttpCode, HttpException, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { writeKeyOf } from './credentials';
import { Intake, type Receipt } from './intake';
import type { TrackingBody } from './tracking-body';
import { WriteKeys } from './write-keys';

type TrackingRequest = FastifyRequest<{ Body: TrackingBody | undefined }>;

/** A call under its name and the letter that the browser SDK shortens it to, with and without the version. */
const paths = (name: string, letter: string): string[] => [`v1/${name}`, `v1/${letter}`, name, letter];

const RETRY_SECONDS = '5';

/** The calls of the Segment tracking spec, so that its SDKs are clients unchanged. */
@Controller()
export class TrackingController {
  constructor(
    private readonly keys: WriteKeys,
    private readonly intake: Intake,
  ) {}

  @Post(paths('identify', 'i'))
  @HttpCode(200)
  identify(@Req() request: TrackingRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.take(request, reply, 'identify');
  }

  @Post(paths('track', 't'))
  @HttpCode(200)
  track(@Req() request: TrackingRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.take(request, reply, 'track');
  }

  @Post(paths('page', 'p'))
  @HttpCode(200)
  page(@Req() request: TrackingRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.take(request, reply, 'page');
  }

  @Post(paths('screen', 's'))
  @HttpCode(200)
  screen(@Req() request: TrackingRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.take(request, reply, 'screen');
  }

  @Post(paths('group', 'g'))
  @HttpCode(200)
  group(@Req() request: TrackingRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.take(request, reply, 'group');
  }

  @Post(paths('alias', 'a'))
  @HttpCode(200)
  alias(@Req() request: TrackingRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.take(request, reply, 'alias');
  }

  /** Some server SDKs still send their batches to the older name `import`. */
  @Post([...paths('batch', 'b'), 'v1/import'])
  @HttpCode(200)
  batch(@Req() request: TrackingRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.take(request, reply);
  }

  private async take(request: TrackingRequest, reply: FastifyReply, type?: FactType): Promise<Receipt> {
    const { body } = request;
    if (!body) throw Invalid.at('', 'json', 'The body is empty.');
    const source = await this.keys.sourceOf(writeKeyOf(request.headers.authorization, body.fields));
    if (source === undefined) throw new HttpException('The write key is missing, unknown or revoked.', 401);
    try {
      return await this.intake.take(body, source, type);
    } catch (error) {
      if (error instanceof HttpException && error.getStatus() === 503)
        reply.header('retry-after', RETRY_SECONDS);
      throw error;
    }
  }
}
