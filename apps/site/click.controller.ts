import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFound } from '@entente/kernel';
import { HitRecorder } from './hit-recorder';
import { MailedTokens } from './mailed-tokens';

@Controller('c')
export class ClickController {
  constructor(
    private readonly tokens: MailedTokens,
    private readonly hits: HitRecorder,
  ) {}

  /** Leads to the URL that was signed into the token, and nowhere else (promise 10). The click is recorded aside. */
  @Get(':token')
  async follow(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const payload = await this.tokens.open('click', token);
    const url = webAddress(payload.url ?? '');
    if (!url) throw new NotFound('no such page');
    this.hits.clicked(payload, { url, number: payload.link ?? 0 }, request);
    await reply.code(302).header('location', url).send();
  }
}

/** The URL as a header may carry it, or undefined when it is not one of the web. */
function webAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return /^https?:$/.test(protocol) ? href : undefined;
}
