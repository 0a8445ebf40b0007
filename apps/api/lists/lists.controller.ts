import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
} from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '@entente/kernel';
import {
  Database,
  findList,
  hasList,
  listLists,
  listMembersOf,
  type ListMemberRow,
  type ListRow,
  saveList,
} from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { Authored, found } from '../http/authored';
import { allPages, csvAnswer, wantsCsv } from '../http/csv';
import { Does, TakesPatchOf } from '../http/documented';
import { Idempotent } from '../http/idempotency';
import { existingKey, newKey } from '../http/key-param';
import { type Page, page, pageOf, PageQuery, readCursor } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import { shown } from '../http/views';
import { CLOCK } from '../surroundings';
import { changeList, removeList } from './change-list';
import { List, ListBody, ListMember, MembersAnswer, MembersBody } from './list-body';

const CSV_CHUNK = 5_000;

const showList = ({ key, name, description, members, createdAt, updatedAt }: ListRow): List => ({
  key,
  name,
  description,
  members,
  createdAt: shown(createdAt)!,
  updatedAt: shown(updatedAt)!,
});

const showMember = ({ contact, email, since }: ListMemberRow): ListMember => ({
  contact: `id:${contact}`,
  email,
  since: shown(since)!,
});

@ApiTags('lists')
@Controller('api/v1/lists')
export class ListsController {
  private readonly lists: Authored<ListBody, ListRow, List>;

  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.lists = new Authored(database, {
      table: 'list',
      noun: 'list',
      body: ListBody,
      find: findList,
      list: listLists,
      save: (tx, key, { name, description }) => saveList(tx, key, { name: name ?? key, description }),
      show: showList,
    });
  }

  @Get()
  @Needs('read')
  @Does('Lists the lists', { 200: pageOf(List) })
  list(@Query() query: PageQuery): Promise<Page<List>> {
    return this.lists.list(query);
  }

  @Get(':key')
  @Needs('read')
  @Does('Reads a list and its size', { 200: List })
  get(@Param('key', existingKey) key: string): Promise<Answer<List>> {
    return this.lists.get(key);
  }

  @Put(':key')
  @Needs('author')
  @Does('Creates or renames a list', { 200: List, 201: List })
  put(
    @Param('key', newKey) key: string,
    @Body() body: ListBody,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<List>> {
    return this.lists.put(key, body, ifMatch);
  }

  @Patch(':key')
  @Needs('author')
  @TakesPatchOf(ListBody)
  @Does('Changes a list', { 200: List })
  patch(
    @Param('key', existingKey) key: string,
    @Body() patch: object,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<List>> {
    return this.lists.patch(key, patch, ifMatch);
  }

  @Delete(':key')
  @HttpCode(204)
  @Needs('publisher')
  @Does('Deletes a list that nothing names; whoever is on it leaves it within moments', { 204: null })
  async remove(@Param('key', existingKey) key: string, @IfMatch() ifMatch: Precondition): Promise<void> {
    await removeList(this.database, key, ifMatch);
  }

  @Get(':key/members')
  @Needs('read')
  @ApiProduces('application/json', 'text/csv')
  @Does('Lists the people on a list; text/csv gives all of them', { 200: pageOf(ListMember) })
  async members(
    @Param('key', existingKey) key: string,
    @Query() { cursor, limit }: PageQuery,
    @Req() request: FastifyRequest,
  ): Promise<Page<ListMember> | Answer<unknown>> {
    found((await hasList(this.database, key)) || undefined, 'list', key);
    const [after] = readCursor(cursor, 'number') ?? [];
    if (wantsCsv(request)) return this.membersCsv(key);
    const rows = await this.membersAfter(key, after, limit + 1);
    return page(rows, limit, { item: showMember, cursor: ({ place }) => [place] });
  }

  @Post(':key/members')
  @HttpCode(200)
  @Needs('publisher')
  @Idempotent()
  @Does('Puts contacts on a list and takes others off it', { 200: MembersAnswer })
  change(@Param('key', existingKey) key: string, @Body() body: MembersBody): Promise<MembersAnswer> {
    return changeList(this.database, key, body, this.clock.now());
  }

  private membersAfter(key: string, after: string | undefined, limit: number): Promise<ListMemberRow[]> {
    return this.database.transaction((tx) => listMembersOf(tx, key, { after, limit }));
  }

  private membersCsv(key: string): Answer<unknown> {
    const read = (after?: ListMemberRow) => this.membersAfter(key, after?.place, CSV_CHUNK);
    const rows = async function* () {
      for await (const members of allPages(read, CSV_CHUNK))
        yield members.map(showMember).map(({ contact, email, since }) => [contact, email, since]);
    };
    return csvAnswer(`${key}-members`, ['contact', 'email', 'since'], rows());
  }
}
