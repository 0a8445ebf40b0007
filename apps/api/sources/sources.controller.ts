import { Body, Controller, Get, Param, Patch, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Conflict } from '@entente/kernel';
import { Database, findSource, listSources, saveSource, type SourceRow, type Tx } from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { Authored } from '../http/authored';
import { Does, TakesPatchOf } from '../http/documented';
import { existingKey, newKey } from '../http/key-param';
import { type Page, pageOf, PageQuery } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import { shown } from '../http/views';
import { Source, SourceBody } from './source-body';

const showSource = ({ key, name, trusted, precedence, createdAt, updatedAt }: SourceRow): Source => ({
  key,
  name,
  trusted,
  precedence,
  createdAt: shown(createdAt)!,
  updatedAt: shown(updatedAt)!,
});

async function saveOwn(tx: Tx, key: string, body: SourceBody): Promise<SourceRow> {
  if (key === 'entente') throw new Conflict('The source entente is Entente itself and cannot be changed.');
  return saveSource(tx, key, body);
}

@ApiTags('sources')
@Controller('api/v1/sources')
export class SourcesController {
  private readonly sources: Authored<SourceBody, SourceRow, Source>;

  constructor(database: Database) {
    this.sources = new Authored(database, {
      table: 'source',
      noun: 'source',
      body: SourceBody,
      published: true,
      find: findSource,
      list: listSources,
      save: saveOwn,
      show: showSource,
    });
  }

  @Get()
  @Needs('read')
  @Does('Lists sources', { 200: pageOf(Source) })
  list(@Query() query: PageQuery): Promise<Page<Source>> {
    return this.sources.list(query);
  }

  @Get(':key')
  @Needs('read')
  @Does('Reads a source', { 200: Source })
  get(@Param('key', existingKey) key: string): Promise<Answer<Source>> {
    return this.sources.get(key);
  }

  @Put(':key')
  @Needs('admin')
  @Does('Creates or replaces a source', { 200: Source, 201: Source })
  put(
    @Param('key', newKey) key: string,
    @Body() body: SourceBody,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<Source>> {
    return this.sources.put(key, body, ifMatch);
  }

  @Patch(':key')
  @Needs('admin')
  @TakesPatchOf(SourceBody)
  @Does('Changes a source', { 200: Source })
  patch(
    @Param('key', existingKey) key: string,
    @Body() patch: object,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<Source>> {
    return this.sources.patch(key, patch, ifMatch);
  }
}
