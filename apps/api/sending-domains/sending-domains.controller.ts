import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  Database,
  findSendingDomain,
  listSendingDomains,
  saveSendingDomain,
  type SendingDomainRow,
  type Tx,
} from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { Authored } from '../http/authored';
import { Does } from '../http/documented';
import { type Page, pageOf, PageQuery } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import { shown } from '../http/views';
import { existingDomain, newDomain } from './domain-param';
import { checkDkim, dkimRecord } from './dkim-key';
import { SendingDomain, SendingDomainBody } from './sending-domain-body';

function showDomain(row: SendingDomainRow): SendingDomain {
  const { key: domain, dkimSelector: selector, dkimPrivateKey } = row;
  const dkim =
    selector && dkimPrivateKey
      ? { selector, recordName: `${selector}._domainkey.${domain}`, recordValue: dkimRecord(dkimPrivateKey) }
      : null;
  return { domain, dkim, createdAt: shown(row.createdAt)!, updatedAt: shown(row.updatedAt)! };
}

async function saveDomain(
  tx: Tx,
  domain: string,
  { dkim }: SendingDomainBody,
  current: SendingDomainRow | undefined,
): Promise<SendingDomainRow> {
  if (dkim) return saveSendingDomain(tx, domain, checkDkim(dkim.selector, dkim.privateKey));
  const kept = dkim === undefined && current?.dkimSelector && current.dkimPrivateKey;
  return saveSendingDomain(
    tx,
    domain,
    kept ? { selector: current.dkimSelector!, privateKey: current.dkimPrivateKey! } : null,
  );
}

@ApiTags('sending-domains')
@Controller('api/v1/sending-domains')
export class SendingDomainsController {
  private readonly domains: Authored<SendingDomainBody, SendingDomainRow, SendingDomain>;

  constructor(database: Database) {
    this.domains = new Authored(database, {
      table: 'sending_domain',
      noun: 'sending domain',
      body: SendingDomainBody,
      find: findSendingDomain,
      list: listSendingDomains,
      save: saveDomain,
      show: showDomain,
    });
  }

  @Get()
  @Needs('read')
  @Does('Lists sending domains', { 200: pageOf(SendingDomain) })
  list(@Query() query: PageQuery): Promise<Page<SendingDomain>> {
    return this.domains.list(query);
  }

  @Get(':domain')
  @Needs('read')
  @Does('Reads a sending domain', { 200: SendingDomain })
  get(@Param('domain', existingDomain) key: string): Promise<Answer<SendingDomain>> {
    return this.domains.get(key);
  }

  @Put(':domain')
  @Needs('admin')
  @Does('Creates or replaces a sending domain', { 200: SendingDomain, 201: SendingDomain })
  put(
    @Param('domain', newDomain) key: string,
    @Body() body: SendingDomainBody,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<SendingDomain>> {
    return this.domains.put(key, body, ifMatch);
  }
}
