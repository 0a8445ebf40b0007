import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Database, historyOfPerson, lineageOf } from '@entente/storage';
import { type Access, Caller } from '../access/access';
import { Needs } from '../access/needs';
import { Does } from '../http/documented';
import { type Page, page, pageOf } from '../http/page';
import {
  changesPage,
  ContactMembershipsQuery,
  historyCursor,
  MembershipChange,
} from '../segments/history-view';
import { contactOf } from './contact-reference';

@ApiTags('contacts')
@Controller('api/v1/contacts/:contact/memberships')
export class MembershipsController {
  constructor(private readonly database: Database) {}

  @Get()
  @Needs('read')
  @Does('Lists when and why a contact came into segments and out of them, the latest first', {
    200: pageOf(MembershipChange),
  })
  async list(
    @Param('contact') reference: string,
    @Query() { cursor, limit, segment }: ContactMembershipsQuery,
    @Caller() access: Access,
  ): Promise<Page<MembershipChange>> {
    const before = historyCursor(cursor);
    const lineage = await lineageOf(this.database, await contactOf(this.database, reference, access));
    const rows = await historyOfPerson(this.database, lineage, { before, segment, limit: limit + 1 });
    return page(rows, limit, changesPage);
  }
}
