import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ContactId } from '@entente/kernel';
import {
  audienceFacts,
  Database,
  entryText,
  lineageOf,
  listEntries,
  listSuppressions,
  topicKeys,
} from '@entente/storage';
import { type Access, Caller } from '../access/access';
import { Needs } from '../access/needs';
import { Does } from '../http/documented';
import { Idempotent } from '../http/idempotency';
import { shown } from '../http/views';
import { PermissionAnswer, PermissionBody, Permissions, type TopicPermission } from './contact-body';
import { contactOf, newIdentityKey } from './contact-reference';
import { PermissionActs } from './permission-acts';
import { showEntry } from './show-contact';

@ApiTags('contacts')
@Controller('api/v1/contacts/:contact/permissions')
export class PermissionsController {
  constructor(
    private readonly database: Database,
    private readonly acts: PermissionActs,
  ) {}

  @Get()
  @Needs('read')
  @Does('What a contact agreed to: states, suppressions, and the ledger with its evidence', {
    200: Permissions,
  })
  async get(@Param('contact') reference: string, @Caller() access: Access): Promise<Permissions> {
    const contact = await contactOf(this.database, reference, access);
    const suppressions = await listSuppressions(this.database, contact);
    const entries = await listEntries(this.database, await lineageOf(this.database, contact));
    return {
      topics: await this.topics(contact),
      suppressions: suppressions.map((row) => ({ ...row, at: shown(row.at)! })),
      entries: entries.map(showEntry),
    };
  }

  @Post()
  @HttpCode(200)
  @Needs('publisher')
  @Idempotent()
  @Does('Records that somebody granted, confirmed or withdrew; 409 where the ledger forbids it', {
    200: PermissionAnswer,
  })
  record(
    @Param('contact') reference: string,
    @Body() body: PermissionBody,
    @Caller() access: Access,
  ): Promise<PermissionAnswer> {
    return this.acts.record(newIdentityKey(reference), body, access);
  }

  private async topics(contact: ContactId): Promise<TopicPermission[]> {
    const topics: TopicPermission[] = [];
    for (const topic of await topicKeys(this.database)) {
      const facts = (await audienceFacts(this.database, [contact], topic)).get(contact)!;
      const { allowed, state } = facts.permission;
      topics.push({ topic, state, allowed, entry: facts.entry ? entryText(facts.entry) : null });
    }
    return topics;
  }
}
