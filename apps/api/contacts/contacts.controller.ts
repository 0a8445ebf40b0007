import { Body, Controller, Get, HttpCode, Param, Patch, Put, Query, Req } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { NotFound, parseInstant, toIso } from '@entente/kernel';
import {
  Database,
  findSegment,
  type ContactFilter,
  lineageOf,
  listContacts,
  readTimeline,
  sourceRanks,
  timelineKinds,
  viewContact,
} from '@entente/storage';
import { type Access, Caller } from '../access/access';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { malformed } from '../http/api-problem';
import { allPages, csvAnswer, wantsCsv } from '../http/csv';
import { Does, TakesMergePatch } from '../http/documented';
import { type Page, page, pageOf, readCursor } from '../http/page';
import {
  Contact,
  ContactsQuery,
  TimelineItem,
  TimelineQuery,
  TraitsAccepted,
  TraitsBody,
} from './contact-body';
import { contactOf, identityKey, newIdentityKey } from './contact-reference';
import { ContactWrites } from './contact-writes';
import { showContact, showTimelineItem } from './show-contact';

const CSV_CHUNK = 1_000;

@ApiTags('contacts')
@Controller('api/v1/contacts')
export class ContactsController {
  constructor(
    private readonly database: Database,
    private readonly writes: ContactWrites,
  ) {}

  @Get()
  @Needs('read')
  @ApiProduces('application/json', 'text/csv')
  @Does('Lists contacts; text/csv gives all of them', { 200: pageOf(Contact) })
  async list(
    @Query() query: ContactsQuery,
    @Req() request: FastifyRequest,
  ): Promise<Page<Contact> | Answer<unknown>> {
    const filter = await this.filterOf(query);
    if (wantsCsv(request)) return this.csv(filter);
    const rows = await listContacts(this.database, { ...filter, limit: query.limit + 1 });
    const item = showContact(await sourceRanks(this.database));
    return page(rows, query.limit, { item, cursor: ({ id }) => [id] });
  }

  @Get(':contact')
  @Needs('read')
  @Does('Reads a contact by any identity', { 200: Contact })
  async get(@Param('contact') reference: string, @Caller() access: Access): Promise<Contact> {
    const contact = await viewContact(this.database, await contactOf(this.database, reference, access));
    if (!contact) throw new NotFound('There is no such contact.');
    return showContact(await sourceRanks(this.database))(contact);
  }

  @Put(':contact')
  @HttpCode(202)
  @Needs('publisher')
  @Does('Creates a contact, or replaces what this API says of it', { 202: TraitsAccepted })
  put(@Param('contact') reference: string, @Body() { traits }: TraitsBody): Promise<TraitsAccepted> {
    return this.writes.replace(newIdentityKey(reference), traits);
  }

  @Patch(':contact')
  @HttpCode(202)
  @Needs('publisher')
  @TakesMergePatch()
  @Does('Changes traits of a contact; null takes one back', { 202: TraitsAccepted })
  patch(@Param('contact') reference: string, @Body() { traits }: TraitsBody): Promise<TraitsAccepted> {
    const key = identityKey(reference);
    if (!key) throw new NotFound('There is no such contact.');
    return this.writes.merge(key, traits);
  }

  @Get(':contact/timeline')
  @Needs('read')
  @Does('What happened to a contact, the latest first', { 200: pageOf(TimelineItem) })
  async timeline(
    @Param('contact') reference: string,
    @Query() { cursor, limit, kind }: TimelineQuery,
    @Caller() access: Access,
  ): Promise<Page<TimelineItem>> {
    const before = readCursor(cursor, 'instant', 'text') as [string, string] | undefined;
    const lineage = await lineageOf(this.database, await contactOf(this.database, reference, access));
    const kinds = kind ? [kind] : timelineKinds;
    const rows = await readTimeline(this.database, lineage, { before, kinds, limit: limit + 1 });
    return page(rows, limit, { item: showTimelineItem, cursor: ({ at, id }) => [at, id] });
  }

  private async filterOf({ cursor, limit, segment, createdSince }: ContactsQuery): Promise<ContactFilter> {
    const [after] = readCursor(cursor, 'number') ?? [];
    if (segment !== undefined && !(await findSegment(this.database, segment)))
      throw malformed(
        'segment',
        'unknown-segment',
        `There is no segment ${segment}.`,
        'the key of a segment',
      );
    const since = createdSince === undefined ? undefined : toIso(parseInstant(createdSince)!);
    return { after, limit, segment, createdSince: since };
  }

  private async csv(filter: ContactFilter): Promise<Answer<unknown>> {
    const show = showContact(await sourceRanks(this.database));
    const read = (last?: { id: string }) =>
      listContacts(this.database, { ...filter, after: last?.id ?? filter.after, limit: CSV_CHUNK });
    const rows = async function* () {
      for await (const contacts of allPages(read, CSV_CHUNK))
        yield contacts
          .map(show)
          .map(({ id, email, createdAt, traits, segments }) => [
            id,
            email,
            createdAt,
            segments.join(' '),
            JSON.stringify(traits),
          ]);
    };
    return csvAnswer('contacts', ['id', 'email', 'createdAt', 'segments', 'traits'], rows());
  }
}
