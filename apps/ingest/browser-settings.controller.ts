import { Invalid, NotFound } from '@entente/kernel';
import { Controller, Get, Header, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { browserSettings } from './browser-settings';
import { WriteKeys } from './write-keys';

/** What the browser SDK asks for before it sends anything. */
@Controller()
export class BrowserSettingsController {
  constructor(private readonly keys: WriteKeys) {}

  @Get(['v1/projects/:writeKey/settings', 'projects/:writeKey/settings'])
  @Header('cache-control', 'private, max-age=60')
  async settings(@Param('writeKey') writeKey: string, @Req() request: FastifyRequest) {
    if ((await this.keys.sourceOf(writeKey)) === undefined) throw new NotFound('There is no such write key.');
    const { protocol, host } = request;
    if (!/^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i.test(host ?? ''))
      throw Invalid.at('', 'host', 'The Host header is missing or wrong.');
    return browserSettings(writeKey, { protocol, host });
  }
}
