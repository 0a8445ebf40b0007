import { Body, Controller, Get, Header, Headers, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { EVERY_TOPIC } from '@entente/consent';
import { Invalid } from '@entente/kernel';
import type { TokenPayload } from '@entente/message';
import { clientOf } from './client';
import type { Form } from './form';
import { MailedTokens } from './mailed-tokens';
import { OptOuts } from './opt-outs';
import { preferencesPage, wordingShown, type PreferencesNotice } from './pages/preferences-page';
import { Preferences } from './preferences';

@Controller('p')
export class PreferencesController {
  constructor(
    private readonly tokens: MailedTokens,
    private readonly preferences: Preferences,
    private readonly optOuts: OptOuts,
  ) {}

  /** Shows what is chosen; changes nothing. */
  @Get(':token')
  @Header('content-type', 'text/html; charset=utf-8')
  async show(@Param('token') token: string, @Headers('accept-language') language?: string): Promise<string> {
    const payload = await this.tokens.open('preferences', token);
    return preferencesPage(language, await this.preferences.read(payload));
  }

  /** Makes the choices posted, and answers once they are committed. */
  @Post(':token')
  @HttpCode(200)
  @Header('content-type', 'text/html; charset=utf-8')
  async save(
    @Param('token') token: string,
    @Body() form: Form,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    const payload = await this.tokens.open('preferences', token);
    const notice = await this.carryOut(payload, form, request);
    return preferencesPage(request.headers['accept-language'], await this.preferences.read(payload), notice);
  }

  private async carryOut(
    payload: TokenPayload,
    form: Form,
    request: FastifyRequest,
  ): Promise<PreferencesNotice> {
    const client = clientOf(request);
    if (form?.get('page') === 'everything') {
      await this.optOuts.take(payload, EVERY_TOPIC, 'preferences', client);
      return 'everything';
    }
    if (form?.get('page') !== 'preferences') throw Invalid.at('', 'form', 'This is not our form.');
    const wish = { shown: new Set(form.getAll('shown')), ticked: new Set(form.getAll('topic')) };
    const language = request.headers['accept-language'];
    await this.preferences.save(payload, wish, (topic) => ({
      ...client,
      shown: wordingShown(language, topic),
    }));
    return 'saved';
  }
}
