import { Controller, Get, Header, Param, Req, StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { HitRecorder } from './hit-recorder';
import { MailedTokens } from './mailed-tokens';
import { GIF } from './pages/dot';

@Controller('o')
export class OpenController {
  constructor(
    private readonly tokens: MailedTokens,
    private readonly hits: HitRecorder,
  ) {}

  /** The same picture for every token, good or bad. The open is recorded aside. */
  @Get(':token')
  @Header('content-type', 'image/gif')
  @Header('content-length', String(GIF.length))
  async picture(@Param('token') token: string, @Req() request: FastifyRequest): Promise<StreamableFile> {
    const payload = await this.tokens.tryOpen('open', token).catch(() => undefined);
    if (payload) this.hits.opened(payload, request);
    return new StreamableFile(GIF);
  }
}
