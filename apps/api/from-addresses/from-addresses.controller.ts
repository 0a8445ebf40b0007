import { Body, Controller, Get, Param, Patch, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { normalizeAddress } from '@entente/event';
import { Invalid } from '@entente/kernel';
import {
  Database,
  findFromAddress,
  findSendingDomain,
  listFromAddresses,
  saveFromAddress,
  type FromAddressRow,
  type Tx,
} from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { Authored } from '../http/authored';
import { Does, TakesPatchOf } from '../http/documented';
import { existingKey, newKey } from '../http/key-param';
import { type Page, pageOf, PageQuery } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import { shown } from '../http/views';
import { FromAddress, FromAddressBody } from './from-address-body';

function showFrom({ revision: _, createdAt, updatedAt, ...from }: FromAddressRow): FromAddress {
  return { ...from, createdAt: shown(createdAt)!, updatedAt: shown(updatedAt)! };
}

function addressAt(path: string, text: string): { address: string; domain: string } {
  const address = normalizeAddress(text);
  if (address) return address;
  throw Invalid.at(path, 'address', `"${text}" is not one plain e-mail address.`, 'local@domain');
}

async function saveFrom(tx: Tx, key: string, body: FromAddressBody): Promise<FromAddressRow> {
  const { address, domain } = addressAt('address', body.address);
  const replyTo = body.replyTo ? addressAt('replyTo', body.replyTo).address : null;
  refuseLineBreaks(body.name);
  if (!(await findSendingDomain(tx, domain)))
    throw Invalid.at(
      'address',
      'unknown-domain',
      `${domain} is not a sending domain.`,
      `PUT /sending-domains/${domain} first`,
    );
  return saveFromAddress(tx, key, {
    name: body.name,
    address,
    domain,
    replyTo,
    postalAddress: body.postalAddress,
  });
}

/** The name stands in a header of each mail. */
function refuseLineBreaks(name: string): void {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(name))
    throw Invalid.at('name', 'line-break', 'A name is one line without control characters.', 'one line');
}

@ApiTags('from-addresses')
@Controller('api/v1/from-addresses')
export class FromAddressesController {
  private readonly addresses: Authored<FromAddressBody, FromAddressRow, FromAddress>;

  constructor(database: Database) {
    this.addresses = new Authored(database, {
      table: 'from_address',
      noun: 'from address',
      body: FromAddressBody,
      find: findFromAddress,
      list: listFromAddresses,
      save: saveFrom,
      show: showFrom,
    });
  }

  @Get()
  @Needs('read')
  @Does('Lists from addresses', { 200: pageOf(FromAddress) })
  list(@Query() query: PageQuery): Promise<Page<FromAddress>> {
    return this.addresses.list(query);
  }

  @Get(':key')
  @Needs('read')
  @Does('Reads a from address', { 200: FromAddress })
  get(@Param('key', existingKey) key: string): Promise<Answer<FromAddress>> {
    return this.addresses.get(key);
  }

  @Put(':key')
  @Needs('publisher')
  @Does('Creates or replaces a from address', { 200: FromAddress, 201: FromAddress })
  put(
    @Param('key', newKey) key: string,
    @Body() body: FromAddressBody,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<FromAddress>> {
    return this.addresses.put(key, body, ifMatch);
  }

  @Patch(':key')
  @Needs('publisher')
  @TakesPatchOf(FromAddressBody)
  @Does('Changes a from address', { 200: FromAddress })
  patch(
    @Param('key', existingKey) key: string,
    @Body() patch: object,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<FromAddress>> {
    return this.addresses.patch(key, patch, ifMatch);
  }
}
