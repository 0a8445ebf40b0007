import type { FactType } from '@entente/event';
import { Invalid } from '@entente/kernel';
import { Controller, HttpCode, HttpException, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { writeKeyOf } from './credentials';
import { Intake, type Receipt } from './intake';
import type { TrackingBody } from './tracking-body';
import { WriteKeys } from './write-keys';

type TrackingRequest = FastifyRequest<{ Body: TrackingBody | undefined }>;

/** A call under its name and the letter that the browser SDK shortens it to, with and without the version. */
const paths = (name: string, letter: string): string[] => [`v1/${name}`, `v1/${letter}`, name, letter];

/** The calls of the Segment tracking spec, so that its SDKs are clients unchanged. */
@Controller()
export class TrackingController {
  constructor(
    private readonly keys: WriteKeys,
    private readonly intake: Intake,
  ) {}

  @Post(paths('identify', 'i'))
  @HttpCode(200)
  identify(@Req() request: TrackingRequest) {
    return this.take(request, 'identify');
  }

  @Post(paths('track', 't'))
  @HttpCode(200)
  track(@Req() request: TrackingRequest) {
    return this.take(request, 'track');
  }

  @Post(paths('page', 'p'))
  @HttpCode(200)
  page(@Req() request: TrackingRequest) {
    return this.take(request, 'page');
  }

  @Post(paths('screen', 's'))
  @HttpCode(200)
  screen(@Req() request: TrackingRequest) {
    return this.take(request, 'screen');
  }

  @Post(paths('group', 'g'))
  @HttpCode(200)
  group(@Req() request: TrackingRequest) {
    return this.take(request, 'group');
  }

  @Post(paths('alias', 'a'))
  @HttpCode(200)
  alias(@Req() request: TrackingRequest) {
    return this.take(request, 'alias');
  }

  /** Some server SDKs still send their batches to the older name `import`. */
  @Post([...paths('batch', 'b'), 'v1/import'])
  @HttpCode(200)
  batch(@Req() request: TrackingRequest) {
    return this.take(request);
  }

  private async take({ body, headers }: TrackingRequest, type?: FactType): Promise<Receipt> {
    if (!body) throw Invalid.at('', 'json', 'The body is empty.');
    const source = await this.keys.sourceOf(writeKeyOf(headers.authorization, body.fields));
    if (source === undefined) throw new HttpException('The write key is missing, unknown or revoked.', 401);
    return this.intake.take(body, source, type);
  }
}
