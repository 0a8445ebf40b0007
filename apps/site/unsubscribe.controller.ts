import { Body, Controller, Get, Header, Headers, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { EVERY_TOPIC, type Way } from '@entente/consent';
import { Invalid } from '@entente/kernel';
import type { TokenPayload } from '@entente/message';
import { clientOf } from './client';
import type { Form } from './form';
import { MailedTokens } from './mailed-tokens';
import { OptOuts } from './opt-outs';
import { askPage, donePage } from './pages/unsubscribe-pages';
import { Recipients } from './recipients';

@Controller('u')
export class UnsubscribeController {
  constructor(
    private readonly tokens: MailedTokens,
    private readonly recipients: Recipients,
    private readonly optOuts: OptOuts,
  ) {}

  /** Asks; changes nothing, whoever follows the link. */
  @Get(':token')
  @Header('content-type', 'text/html; charset=utf-8')
  async ask(@Param('token') token: string, @Headers('accept-language') language?: string): Promise<string> {
    const payload = await this.tokens.open('unsubscribe', token);
    return askPage(language, await this.recipients.mailing(payload));
  }

  /** Opts out, and answers once that is committed. */
  @Post(':token')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  async unsubscribe(
    @Param('token') token: string,
    @Body() form: Form,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    const payload = await this.tokens.open('unsubscribe', token);
    await this.optOuts.take(payload, payload.topic ?? EVERY_TOPIC, wayOf(form), clientOf(request));
    return this.done(payload, request.headers['accept-language']);
  }

  private async done(payload: TokenPayload, language: string | undefined): Promise<string> {
    const { contact, addressHash, message } = payload;
    const preferences = await this.tokens.sign({ purpose: 'preferences', contact, addressHash, message });
    return donePage(language, await this.recipients.mailing(payload), preferences);
  }
}

/** How it was asked for: by a mail program for its user (RFC 8058), or by the button of our page. Throws Invalid for neither. */
function wayOf(form: Form): Way {
  if (form?.get('List-Unsubscribe') === 'One-Click') return 'one-click';
  if (form?.get('page') === 'unsubscribe') return 'unsubscribe-page';
  throw Invalid.at('', 'form', 'This is neither a one-click opt-out nor our form.');
}
